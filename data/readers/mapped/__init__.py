"""Tables of other offices: months across, or months down with a column a series.

`guess` tells which column is what from headings and cells, `table_map` holds that as said
by a person, `rows` makes tidy rows of both, so that every check of tidy rows holds here.
It never decides which KPI a series is.
"""
