"""Projections of a plan as of a day: computed, stamped, and read from one typed view.

What everything shown is read from. It never writes HTML or files.
"""
