"""Shocks to a series, Tết, and the levers of a what-if.

It never decides whether an event is accepted: planners do.
"""
