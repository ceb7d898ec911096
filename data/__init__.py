"""Observations in, series out: the only database code, and the settings.

Owns readers of files, the append-only store with its vintages, plans and
targets. Never fits a model and never answers a request.
"""
