"""Headers of a Word document: which it shows, and the watermark of a draft in them."""

from __future__ import annotations

from typing import Any

from docx.document import Document as WordDocument
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.text.paragraph import Paragraph as WordParagraph

from service.report.renderers.fonts import OFFICE


def mark_draft(document: WordDocument, words: str) -> None:
    """Put a watermark on every page of a document, whatever headers it has."""
    for place, header in enumerate(headers_of(document)):
        _watermark(header.paragraphs[0], words, place)


def headers_of(document: WordDocument) -> list[Any]:
    """The headers that a document shows, each once."""
    found: list[Any] = []
    for section in document.sections:
        shown = [section.header]
        if section.different_first_page_header_footer:
            shown.append(section.first_page_header)
        if document.settings.odd_and_even_pages_header_footer:
            shown.append(section.even_page_header)
        first = not found
        found += [one for one in shown if first or not one.is_linked_to_previous]
    return found


def _watermark(paragraph: WordParagraph, words: str, number: int) -> None:
    """Text across the page, behind the body."""
    style = (
        "position:absolute;margin-left:0;margin-top:0;width:440pt;height:130pt;rotation:315;"
        "z-index:-251658752;mso-position-horizontal:center;"
        "mso-position-horizontal-relative:margin;mso-position-vertical:center;"
        "mso-position-vertical-relative:margin"
    )
    picture = parse_xml(
        f'<w:pict {nsdecls("w")} xmlns:v="urn:schemas-microsoft-com:vml"'
        ' xmlns:o="urn:schemas-microsoft-com:office:office">'
        '<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800"'
        ' path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas><v:f eqn="sum #0 0 10800"/>'
        '<v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/>'
        '<v:f eqn="sum 21600 0 @3"/><v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/>'
        '<v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/></v:formulas>'
        '<v:path textpathok="t" o:connecttype="rect"/><v:textpath on="t" fitshape="t"/>'
        '</v:shapetype><v:shape type="#_x0000_t136" fillcolor="#e2e2e2" stroked="f"/></w:pict>'
    )
    shape = picture[1]
    shape.set("id", f"PowerPlusWaterMarkObject{number}")
    shape.set("style", style)
    path = shape.makeelement("{urn:schemas-microsoft-com:vml}textpath", {})
    path.set("style", f"font-family:'{OFFICE}';font-size:1pt;font-weight:bold")
    path.set("string", words)
    shape.append(path)
    paragraph.add_run()._r.append(picture)
