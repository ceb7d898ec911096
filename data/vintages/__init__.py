"""Printed figures with their vintages, and the series they make as of a day.

`panel.py` is the only door from observations to models. It never shows a figure that was
published after the day that is asked for.
"""
