"""Pages for people: their routes, views, templates, styles and scripts.

`views` gathers what a page shows, `templates` lays it out, `static` is what it loads. It
never computes a figure.
"""
