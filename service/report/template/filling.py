"""A planner's own Word template, filled in: placeholders such as {{ kpi.exports.plan }}.

A template is Jinja inside a .docx (docxtpl), run in a sandbox with texts, lists and
charts only (`sandbox`). An unknown placeholder stays visible and is reported with its
place; the others are filled in.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from docx.document import Document as WordDocument
from docx.opc.exceptions import PackageNotFoundError
from docx.shared import Mm
from docx.table import Table as WordTable
from docx.text.paragraph import Paragraph as WordParagraph
from docxtpl import DocxTemplate, InlineImage
from jinja2 import TemplateError, TemplateSyntaxError
from lxml.etree import LxmlError

from models.errors import UnreadableFile
from service.charts.fan_chart import to_png
from service.report.document import Report
from service.report.renderers.word import headers_of, mark_draft
from service.report.template.fields import fields_of
from service.report.template.sandbox import Sandbox, Seen
from service.texts import TEXT

_LARGEST = 64 * 2**20  # bytes of a template unpacked
_PLACEHOLDER = re.compile(r"\{[{%][^{}]*[}%]\}")


@dataclass(frozen=True)
class Filled:
    """A filled-in template.

    Attributes
    ----------
    content : the .docx
    unknown : unknown placeholders, each with its place
    """

    content: bytes
    unknown: tuple[str, ...]


def fill(template: bytes, name: str, report: Report) -> Filled:
    """Fill in a template with the figures of a report.

    Parameters
    ----------
    template : a .docx
    name : of the file, for errors
    report : provides the values; a draft gets its banner as a watermark. A document that
        uses internal fields (`fields.INTERNAL`) is labelled as internal

    Raises
    ------
    UnreadableFile
        If it is not a Word document, or its Jinja is invalid.
    """
    document = _opened(template, name)
    places = tuple(_places(document.get_docx()))
    seen = Seen()
    values = fields_of(report, lambda chart: _Image(document, to_png(chart)))
    try:
        document.render(values, Sandbox(seen), autoescape=True)
    except (TemplateError, LxmlError, ValueError) as problem:
        raise _unreadable(problem, name, places) from problem
    word = document.docx  # get_docx would read the template again
    labels = (*report.labels, *((TEXT[report.lang]["annex.internal"],) if seen.internal else ()))
    for header in headers_of(word):
        for label in labels:
            header.add_paragraph().add_run(label).bold = True
    if report.banner:
        mark_draft(word, report.banner)
    file = io.BytesIO()
    document.save(file)
    return Filled(file.getvalue(), tuple(_located(seen.unknown, places)))


class _Image:
    """A chart that a template can only print."""

    def __init__(self, document: DocxTemplate, png: bytes) -> None:
        self._image = InlineImage(document, io.BytesIO(png), width=Mm(160))

    def __html__(self) -> str:
        return str(self._image)

    __str__ = __html__


def _opened(template: bytes, name: str) -> DocxTemplate:
    """The template opened by docxtpl, unless it is too large."""
    try:
        with zipfile.ZipFile(io.BytesIO(template)) as package:
            size = sum(entry.file_size for entry in package.infolist())
        if size > _LARGEST:
            raise UnreadableFile(
                name,
                expected=f"a template of at most {_LARGEST // 2**20} MB unpacked",
                found=f"{size // 2**20} MB",
            )
        document = DocxTemplate(io.BytesIO(template))
        document.init_docx()
    except (zipfile.BadZipFile, PackageNotFoundError, KeyError, ValueError, LxmlError) as problem:
        raise UnreadableFile(
            name, expected="a Word document (.docx)", found="another kind of file"
        ) from problem
    return document


def _places(document: WordDocument) -> Iterator[tuple[str, str]]:
    """Every paragraph with a placeholder, by its place: ('table 2, row 3, column 1', text)."""
    yield from _in_blocks(document, "")
    for section in document.sections:
        for name, part in (
            ("header", section.header),
            ("first page's header", section.first_page_header),
            ("footer", section.footer),
            ("first page's footer", section.first_page_footer),
        ):
            if not part.is_linked_to_previous:
                yield from _in_blocks(part, f"{name}, ")


def _in_blocks(container: Any, within: str) -> Iterator[tuple[str, str]]:
    paragraphs = tables = 0
    for block in container.iter_inner_content():
        if isinstance(block, WordParagraph):
            paragraphs += 1
            if _PLACEHOLDER.search(block.text):
                yield f"{within}paragraph {paragraphs}", block.text
        elif isinstance(block, WordTable):
            tables += 1
            for number, row in enumerate(block.rows, 1):
                for column, cell in enumerate(row.cells, 1):
                    place = f"{within}table {tables}, row {number}, column {column}, "
                    yield from _in_blocks(cell, place)


def _located(unknown: Mapping[str, None], places: tuple[tuple[str, str], ...]) -> Iterator[str]:
    for name in unknown:
        tail = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
        found = [
            place
            for place, text in places
            if any(tail.search(one) for one in _PLACEHOLDER.findall(text))
        ]
        yield f"'{name}' ({'; '.join(dict.fromkeys(found)) or 'place unknown'})"


def _unreadable(
    problem: Exception, name: str, places: tuple[tuple[str, str], ...]
) -> UnreadableFile:
    """The error with the place in the template, as far as Jinja knows it."""
    near = None
    if isinstance(problem, TemplateSyntaxError):
        lines = [line.strip() for line in getattr(problem, "docx_context", ())]
        around = " ".join(line for line in lines if _PLACEHOLDER.search(line) or "{" in line)
        near = next((place for place, text in places if text and text in around), None)
        near = near or (f"near '{around[:120]}'" if around else None)
    return UnreadableFile(
        name,
        path=near,
        expected="placeholders such as {{ kpi.exports.plan }} or {% for t in targets %}",
        found=str(problem),
        advice="docs/reports.md lists the fields.",
    )
