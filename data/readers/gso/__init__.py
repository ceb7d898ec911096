"""The monthly annexes of Vietnam's General Statistics Office.

It finds printed figures with their cells. It never guesses which KPI a row is.
"""
