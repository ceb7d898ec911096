"""Importing files of figures: reading, preview, matching, commit, undo.

Page, API and command line all import through this room. It never stores part of a file
and never changes a stored figure: a revision is a new figure.
"""
