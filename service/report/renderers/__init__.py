"""A report as Word, PDF, Excel, HTML or Markdown.

It never decides what a report says: `content` and `annex` do.
"""
