"""Tidy tables of figures: one figure per row, with its KPI, month, value and other fields.

It finds the table by its headings and turns each row into an observation. It never
stores an observation, and never guesses a KPI.
"""
