"""Totals that agree with their parts: the reconciled family of a year, path by path.

Owns the declared relations of KPIs, minimum-trace reconciliation of their years, and the
middles that are shown of them. Never forecasts a KPI, never changes a figure that was printed,
and knows nothing of files, days or languages.
"""
