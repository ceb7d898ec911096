"""Temporal disaggregation: months from figures that cover several, and their uncertainty.

Which totals are consistent, the months that add up to them, the remaining uncertainty. It
never treats a reconstructed month as printed.
"""
