"""One KPI in other pages: card, chart, frame, oEmbed, Markdown.

Readers outside get what was issued; it never shows them a draft.
"""
