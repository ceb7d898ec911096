"""Alembic migrations of the store, run by `Store.open` and never by hand."""
