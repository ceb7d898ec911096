"""Monthly runs and their notices in the database: what was done, on which figures.

It never runs anything.
"""
