"""A department's monthly report form, recognised by its headings.

It finds printed figures with their cells, and the version of the form. It never relies on
a file's name for what a column holds.
"""
