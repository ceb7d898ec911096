"""One KPI in other pages: card, chart, frame, oEmbed, Markdown.

Anonymous readers get issued figures; it never shows them a draft.
"""
