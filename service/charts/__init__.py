"""Charts as Vega-Lite specifications and small drawings, the same for page, picture and report.

It never reads the database.
"""
