"""A report as Word, PDF, Excel, HTML or Markdown.

It only lays out. It never decides what is said: `content` and `annex` do.
"""
