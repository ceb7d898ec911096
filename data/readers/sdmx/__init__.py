"""Statistical exchange formats: SDMX-CSV, SDMX-ML and JSON-stat, as tidy tables of figures.

It turns each observation of a message into a row with the name of its series. It never
decides which KPI a series is: rows are named, matched and checked as those of any tidy file.
"""
