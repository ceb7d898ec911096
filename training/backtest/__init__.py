"""Rolling-origin backtests on vintages, and their scores.

What would have been said, and what the year became. It never sees a figure later than
the origin.
"""
