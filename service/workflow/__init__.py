"""The work of a year: plans and versions, imports, entries, events, sign-off, retraining.

Routes and commands share its functions. It never forecasts.
"""
