"""Charts as Vega-Lite specifications and sparklines, shared by pages, pictures and reports.

It never reads the database.
"""
