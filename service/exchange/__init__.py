"""Figures and projections as statistical messages: SDMX-CSV and JSON-stat, with metadata.

`cube` says what a message holds, `written` has it in a format, `routes` answers. It
never computes a figure, and never leaves out its unit, vintage and status.
"""
