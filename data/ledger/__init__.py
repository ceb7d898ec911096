"""What was decided and given out: promotions of bundles, projections by their stamp.

Append-only. It never computes a projection.
"""
