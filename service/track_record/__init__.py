"""The track record: what was given out and estimated, against what came.

It reads the ledger, the estimates and the figures, and never forecasts.
"""
