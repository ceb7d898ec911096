"""Months from figures that cover several: temporal disaggregation, and what it leaves open.

Which totals can hold together, the months that fit them, the doubt that stays. It never
treats a reconstructed month as printed.
"""
