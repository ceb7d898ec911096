"""Readers: one module per file layout; each turns bytes into printed figures.

A reader never touches the database: it returns what was printed, with sheet
and cell, or raises one `UnreadableFile` that says where, what was expected and
what was found.
"""
