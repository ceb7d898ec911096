"""Targets and tasks of a plan, and how a projected year stands to them.

Periods, attainment, required pace. It never forecasts.
"""
