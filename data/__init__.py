"""Observations in, series out: the only database code, and the settings.

Rooms: `db` (the door to the database), `plans`, `vintages` (figures and series as of a
day), `readers` (files), `ingestion` (files into the store), `ledger`, `accounts`,
`sign_off`, `samples`. Never fits a model and never answers a request.
"""
