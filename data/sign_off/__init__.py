"""The life of a month and of an official estimate: draft, checked, approved, issued.

Rules, database rows, and the functions that sign. It never changes what was issued.
"""
