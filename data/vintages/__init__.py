"""Printed figures with their vintages, and the series derived from them as of a day.

`panel.py` is the only way from observations to models. It never uses a figure published
after the day of the view.
"""
