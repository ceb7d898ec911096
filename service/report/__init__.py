"""Turns projections into documents: `facts` gathers, `content` decides, the rest lays out.

Owns what a report says and how it looks in Word, PDF, Excel, HTML and Markdown.
Never computes a forecast: every figure is the projection's, printed by a source,
or an arithmetic step on those that is marked as such.
"""
