"""Rolling-origin backtests on vintages, and their scores.

Past forecasts against actual outcomes. It never sees a figure later than the origin.
"""
