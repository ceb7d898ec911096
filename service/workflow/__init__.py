"""What people do in a year: plans and versions, imports, entries, events, sign-off, retraining.

As people and programs read it. It never forecasts.
"""
