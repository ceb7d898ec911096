"""A department's monthly report form, recognised by its headings.

It finds printed figures with their cells, and the version of the form. It never uses the
file's name to interpret a column.
"""
