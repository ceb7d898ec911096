"""Tidy tables of figures: one figure a row, with its KPI, month and value, and what else is known.

It finds the table by its headings and turns each row into an observation. It never
stores one, and never guesses a KPI.
"""
