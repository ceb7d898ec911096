"""Projections of each month of 2021, and the actual year."""
