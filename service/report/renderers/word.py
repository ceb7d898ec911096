"""A report as a Word document: A4, Times New Roman, tables that Word can edit."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_COLOR_INDEX
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table as WordTable, _Cell
from docx.text.paragraph import Paragraph as WordParagraph

from service.charts.fan_chart import to_png
from service.report.document import (
    Appendix,
    Block,
    Cell,
    Heading,
    Number,
    Paragraph,
    Picture,
    Report,
    Table,
)
from service.report.form import FormTexts, form_texts, recipients_of
from service.report.renderers.fonts import OFFICE
from service.report.renderers.word_headers import mark_draft

_SCALE = 1.5  # pixels per point of a chart: about 170 to the inch
_WIDTH = Mm(165)  # A4 less the margins
_BESIDE = (Mm(92), Mm(73))  # a table and the picture beside it
_DATED = datetime(2000, 1, 1, tzinfo=UTC)  # the same report is the same file
_CENTRE, _RIGHT = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.RIGHT


def render(report: Report) -> bytes:
    """The report as one .docx file."""
    return layout(report, form_texts(report))


def layout(report: Report, form: FormTexts) -> bytes:
    """The report as .docx with given texts for the fixed parts of the form."""
    document = _blank(report)
    if report.official:
        _heading(document, form)
    _title(document, report, form)
    before = len(document.paragraphs)
    _blocks(document, report.blocks)
    if report.one_sheet:
        _close_up(document, before)
    if report.official:
        _signature(document, report, form)
    for appendix in report.appendices:
        _appendix(document, appendix)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _blocks(document: WordDocument, blocks: Sequence[Block]) -> None:
    for block in blocks:
        if isinstance(block, Heading):
            _section(document, block)
        elif isinstance(block, Paragraph):
            _paragraph(document, block)
        elif isinstance(block, Table):
            _table(document, block)
        else:
            _picture(document, block)


def _appendix(document: WordDocument, appendix: Appendix) -> None:
    """A numbered annex on a page of its own."""
    first = document.add_paragraph()
    first.paragraph_format.page_break_before = True
    _line(first, appendix.title.upper(), 14, bold=True)
    _line(document.add_paragraph(), appendix.subject, 14, bold=True)
    if appendix.attached:
        _line(document.add_paragraph(), appendix.attached, 13, italic=True)
    _rule(document, _WIDTH, Mm(50)).paragraph_format.space_after = Pt(6)
    before = len(document.paragraphs)
    _blocks(document, appendix.blocks)
    _close_up(document, before)


def _close_up(document: WordDocument, first: int) -> None:
    """Less space around the paragraphs from one on."""
    for paragraph in document.paragraphs[first:]:
        _closely(paragraph)


def _closely(paragraph: WordParagraph) -> None:
    """Less space around a paragraph of an annex: an explanation sheet is one page."""
    form = paragraph.paragraph_format
    if not paragraph.text and not paragraph.runs:
        form.line_spacing = Pt(6)
    elif paragraph.style is not None and str(paragraph.style.name).startswith("Heading"):
        form.space_before, form.space_after = Pt(6), Pt(2)
    elif paragraph.alignment == WD_ALIGN_PARAGRAPH.JUSTIFY:
        form.space_after, form.line_spacing = Pt(2), 1.0
    else:  # captions and pictures
        form.space_before = form.space_after = Pt(2)


def _blank(report: Report) -> WordDocument:
    """An empty A4 document with the margins, fonts and page numbers of the form."""
    document = Document()
    properties = document.core_properties
    properties.title, properties.author = f"{report.title}: {report.subject}", ""
    properties.created = properties.modified = _DATED
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    section.header_distance = Mm(10)
    section.different_first_page_header_footer = True
    normal = document.styles["Normal"]
    for style in (normal, *(document.styles[f"Heading {level}"] for level in (1, 2, 3))):
        _plain_font(style)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), {"vi": "vi-VN", "en": "en-GB"}[report.lang])
    normal.element.get_or_add_rPr().append(language)
    normal.paragraph_format.space_after = Pt(6)
    normal.paragraph_format.line_spacing = 1.1
    _page_number(section.header.paragraphs[0])
    if report.banner:
        mark_draft(document, report.banner)
    return document


def _plain_font(style: Any) -> None:
    """The form's typeface, black, in place of the theme's."""
    style.font.size, style.font.color.rgb = Pt(13), RGBColor(0, 0, 0)
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.attrib.clear()
    for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(script), OFFICE)


def _page_number(paragraph: WordParagraph) -> None:
    """Arabic, centred in the top margin; the first page has none."""
    paragraph.alignment = _CENTRE
    run = paragraph.add_run()
    run.font.size = Pt(13)
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        else:
            element.text = text
        run._r.append(element)


def _heading(document: WordDocument, form: FormTexts) -> None:
    """Organ and national heading, number and date, side by side."""
    grid = _grid(document, 2, (Mm(67), Mm(98)))
    left, right = grid.rows[0].cells
    organ = left.paragraphs[0]
    if form.parent:
        _line(organ, form.parent, 12)
        organ = left.add_paragraph()
    _line(organ, form.organ, 12, bold=True)
    _rule(left, Mm(67), Mm(20))
    _line(right.paragraphs[0], form.state, 12, bold=True)
    _line(right.add_paragraph(), form.motto, 13, bold=True)
    _rule(right, Mm(98), Mm(56))
    _line(grid.rows[1].cells[0].paragraphs[0], form.number, 13)
    _line(grid.rows[1].cells[1].paragraphs[0], form.date, 13, italic=True)


def _title(document: WordDocument, report: Report, form: FormTexts) -> None:
    for label in report.labels:
        paragraph = document.add_paragraph()
        paragraph.paragraph_format.space_before = Pt(6)
        _line(paragraph, label, 12, bold=True)
    apart = Pt(4 if report.one_sheet else 12)
    first = document.add_paragraph()
    first.paragraph_format.space_before = apart
    _line(first, report.title, 14, bold=True)
    _line(document.add_paragraph(), report.subject, 14, bold=True)
    _rule(document, _WIDTH, Mm(50)).paragraph_format.space_after = apart
    if form.addressed and report.official:
        _line(document.add_paragraph(), form.addressed, 14)
        document.paragraphs[-1].paragraph_format.space_after = apart


def _section(document: WordDocument, heading: Heading) -> None:
    paragraph = document.add_paragraph(style=f"Heading {heading.level}")
    paragraph.paragraph_format.space_before = Pt(10 if heading.level == 1 else 6)
    paragraph.paragraph_format.space_after = Pt(6 if heading.level == 1 else 3)
    if heading.level > 1:
        paragraph.paragraph_format.first_line_indent = Mm(10)
    _run(paragraph, heading.text, 13, bold=True, italic=heading.level == 3)


def _paragraph(document: WordDocument, block: Paragraph) -> None:
    paragraph = document.add_paragraph()
    if block.style == "note":
        paragraph.paragraph_format.space_after = Pt(3)
        _run(paragraph, block.text, 10.5, italic=True)
        return
    paragraph.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
    paragraph.paragraph_format.first_line_indent = Mm(10)
    if block.style == "slot":
        _run(paragraph, block.text, 13, italic=True)
        paragraph.runs[0].font.highlight_color = WD_COLOR_INDEX.YELLOW
        return
    _run(paragraph, f"- {block.text}" if block.style == "item" else block.text, 13)


def _table(document: WordDocument, block: Table) -> None:
    caption = document.add_paragraph()
    caption.paragraph_format.space_before = Pt(8)
    caption.paragraph_format.keep_with_next = True
    _line(caption, block.caption, 13, bold=True)
    if block.beside is None:
        _cells(document, block, _WIDTH)
        document.add_paragraph().paragraph_format.space_after = Pt(0)
        return
    left, right = _grid(document, 1, _BESIDE).rows[0].cells
    left._tc.remove(left.paragraphs[0]._p)  # the table is followed by a paragraph of its own
    _cells(left, block, _BESIDE[0] - Mm(3))
    left.paragraphs[-1].paragraph_format.line_spacing = Pt(2)
    _drawn(right.paragraphs[0], block.beside, _BESIDE[1] - Mm(5))
    _line(right.add_paragraph(), block.beside.caption, 10, italic=True)


def _cells(place: Any, block: Table, width: Any) -> None:
    """The headings and rows of a table, so wide."""
    total = sum(column.width for column in block.columns)
    widths = [int(width * column.width / total) for column in block.columns]
    table = _grid(place, 1 + len(block.rows), widths, style="Table Grid")
    table._tbl.tblPr.append(
        parse_xml(
            f'<w:tblCellMar {nsdecls("w")}><w:left w:w="45" w:type="dxa"/>'
            '<w:right w:w="45" w:type="dxa"/></w:tblCellMar>'
        )
    )
    header = table.rows[0]
    repeat = OxmlElement("w:tblHeader")
    header._tr.get_or_add_trPr().append(repeat)
    for cell, column in zip(header.cells, block.columns, strict=True):
        _fill(cell, column.title, _CENTRE, bold=True)
    for place, cells in enumerate(block.rows):
        row = table.rows[place + 1]
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for number, (cell, content) in enumerate(zip(row.cells, cells, strict=True)):
            aligned = _RIGHT if block.columns[number].figures else WD_ALIGN_PARAGRAPH.LEFT
            _fill(cell, content, aligned)


def _fill(cell: _Cell, content: Cell, aligned: Any, bold: bool = False) -> None:
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    paragraph = cell.paragraphs[0]
    _tight(paragraph, aligned)
    _run(paragraph, str(content), 10.5, bold=bold)
    if isinstance(content, Number) and content.note:
        note = cell.add_paragraph()
        _tight(note, aligned)
        _run(note, content.note, 8.5, italic=True)


def _picture(document: WordDocument, block: Picture) -> None:
    paragraph = document.add_paragraph()
    paragraph.paragraph_format.keep_with_next = True
    _drawn(paragraph, block, _WIDTH)
    caption = document.add_paragraph()
    _line(caption, block.caption, 11, italic=True)
    caption.paragraph_format.space_after = Pt(8)


def _drawn(paragraph: WordParagraph, block: Picture, width: Any) -> None:
    """The chart of a picture, with its text for those who do not see it."""
    _tight(paragraph, _CENTRE)
    shape = paragraph.add_run().add_picture(io.BytesIO(to_png(block.chart, _SCALE)), width=width)
    shape._inline.docPr.set("descr", block.text)


def _signature(document: WordDocument, report: Report, form: FormTexts) -> None:
    """Recipients on the left, the signer on the right, kept on one page."""
    document.paragraphs[-1].paragraph_format.keep_with_next = True  # never alone on a page
    grid = _grid(document, 1, (Mm(80), Mm(85)))
    grid.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    left, right = grid.rows[0].cells
    _tight(left.paragraphs[0], WD_ALIGN_PARAGRAPH.LEFT)
    _run(left.paragraphs[0], form.recipients, 12, bold=True, italic=True)
    for words in (*(f"{one};" for one in recipients_of(report)), form.filed):
        line = left.add_paragraph()
        _tight(line, WD_ALIGN_PARAGRAPH.LEFT)
        _run(line, f"- {words}", 11)
    _line(right.paragraphs[0], form.signer_title, 13, bold=True)
    name = right.add_paragraph()
    name.paragraph_format.space_before = Mm(18 if report.one_sheet else 26)
    _line(name, form.signer_name, 14, bold=True)


def _grid(place: Any, rows: int, widths: Sequence[Any], style: str | None = None) -> WordTable:
    """A table of fixed widths; without a style it has no lines."""
    table: WordTable = place.add_table(rows, len(widths))
    if style is not None:
        table.style = style
    table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
        for cell in column.cells:
            cell.width = width
    return table


def _rule(place: Any, width: Any, length: Any) -> WordParagraph:
    """A short line in the middle of `width`: the top border of an empty paragraph."""
    paragraph: WordParagraph = place.add_paragraph()
    paragraph_format = paragraph.paragraph_format
    paragraph_format.space_before = Pt(3)
    paragraph_format.space_after = Pt(4)
    paragraph_format.line_spacing = Pt(4)
    side = int((width - length) / 2)
    paragraph_format.left_indent = paragraph_format.right_indent = side
    paragraph._p.get_or_add_pPr().append(
        parse_xml(
            f'<w:pBdr {nsdecls("w")}><w:top w:val="single" w:sz="6" w:space="1"'
            ' w:color="000000"/></w:pBdr>'
        )
    )
    return paragraph


def _line(
    paragraph: WordParagraph, words: str, size: float, bold: bool = False, italic: bool = False
) -> None:
    """A centred line of the form."""
    paragraph.alignment = _CENTRE
    paragraph.paragraph_format.space_after = Pt(0)
    paragraph.paragraph_format.line_spacing = 1.0
    _run(paragraph, words, size, bold=bold, italic=italic)


def _tight(paragraph: WordParagraph, aligned: Any) -> None:
    paragraph.alignment = aligned
    paragraph.paragraph_format.space_after = Pt(0)
    paragraph.paragraph_format.line_spacing = 1.0


def _run(
    paragraph: WordParagraph, words: str, size: float, bold: bool = False, italic: bool = False
) -> None:
    run = paragraph.add_run(words)
    run.font.size, run.font.bold, run.font.italic = Pt(size), bold, italic
