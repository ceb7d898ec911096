"""Observations in, series out: all database code, and the settings.

Rooms: `db` (database access), `plans`, `vintages` (figures and series as of a day),
`readers` (files), `ingestion` (files into the store), `ledger`, `accounts`, `sign_off`,
`samples`. Never fits a model and never answers a request.
"""
