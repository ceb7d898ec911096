"""Web pages: their routes, views, templates, styles and scripts.

`views` gathers the content of a page, `templates` lays it out, `static` has its styles
and scripts. It never computes a figure.
"""
