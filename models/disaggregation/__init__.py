"""Temporal disaggregation: months from figures that cover several, and their uncertainty.

Which totals are consistent, the months that add up to them, the remaining uncertainty, and
what a figure to a day within a month tells of it (`to_a_day`). It
never treats a reconstructed month as printed.
"""
