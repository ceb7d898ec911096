"""The record of promotions and published projections: bundles by family, projections by stamp.

Append-only. It never computes a projection.
"""
