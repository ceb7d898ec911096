"""Why figures and forecasts moved, what if, and how good past forecasts were.

Changes, contributions, scenarios, history, reliability, versus what came. It never changes
a projection.
"""
