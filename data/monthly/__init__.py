"""Monthly runs in the database: what was done, on which figures.

It never runs anything.
"""
