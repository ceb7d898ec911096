"""A read-only OData v4.0 feed of issued projections, for spreadsheets and report tools.

`model` says what there is, `filters` reads $filter, `feed` answers a query. What is
here never shows anything that was not issued, whoever asks.

References
----------
OData Version 4.0, parts 1 to 3, and OData JSON Format Version 4.0 (OASIS, 2014).
"""
