"""Targets and tasks of a plan, and how a projected year compares with them.

Periods, attainment, required pace. It never forecasts.
"""
