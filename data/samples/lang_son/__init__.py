"""The illustrative year of the sample `lang-son-2021`: what a department would hold.

`kpis.py` defines the KPIs, `printed.py` reads what was really published, `assumptions.py`
lists what is assumed between the printed figures, `months.py` draws months that meet both,
`figures.py` turns them into monthly reports with first estimates and restatements,
`targets.py` and `tasks.py` hold the plan, `workbooks.py` writes reports as a department does.
A figure drawn here never has a status other than illustrative.
"""
