"""Projections of a plan as of a day: computed, stamped and built into one typed view.

Pages, reports, charts, feeds and the API read this view. It never writes HTML or files.
"""
