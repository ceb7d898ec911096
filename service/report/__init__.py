"""Turns projections into documents: `content` and `annex` decide, `renderers` lay out.

Owns the text of a report and its layout in Word, PDF, Excel, HTML and Markdown.
Never computes a forecast: every figure is the projection's, printed by a source,
or an arithmetic step on those that carries a footnote.
"""
