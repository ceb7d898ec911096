"""Filling in a Word template, in the process that `worker` limits.

A template is Jinja inside a .docx (docxtpl), run in a sandbox with texts, lists and
charts only (`sandbox`). An unknown placeholder stays visible and is reported with its
place; the others are filled in. Imports only what that needs.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
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
from service.report.renderers.word_headers import headers_of, mark_draft
from service.report.template.sandbox import KpiFields, Sandbox, Seen

_LARGEST = 64 * 2**20  # bytes of a template unpacked
_PLACEHOLDER = re.compile(r"\{[{%][^{}]*[}%]\}")
# what a template's own expressions can raise, such as {{ 1 / 0 }}
_OF_TEMPLATE = (
    TemplateError,
    LxmlError,
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)
# what reading a file can raise that is no Word document, or a damaged one
_OF_FILE = (
    zipfile.BadZipFile,
    zlib.error,
    PackageNotFoundError,
    LxmlError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,  # encrypted
    ValueError,
    struct.error,
)
PngOf = Callable[[str], bytes]  # the chart of a KPI, by its code


@dataclass(frozen=True)
class Order:
    """What to fill in.

    Attributes
    ----------
    name : of the template's file, for errors
    fields : see `fields.fields_of`
    labels : added to every header
    internal : the label of a document that uses internal fields
    banner : the watermark of a draft; '' for none
    """

    name: str
    fields: dict[str, Any]
    labels: tuple[str, ...]
    internal: str
    banner: str


def rendered(template: bytes, order: Order, png_of: PngOf) -> tuple[bytes, tuple[str, ...]]:
    """The filled-in .docx, and the unknown placeholders, each with its place.

    Raises
    ------
    UnreadableFile
        If it is not a Word document, or its Jinja is invalid.
    """
    document = _opened(template, order.name)
    places = tuple(_places(document.get_docx()))
    seen = Seen()
    try:
        document.render(_values(order.fields, document, png_of), Sandbox(seen), autoescape=True)
    except _OF_TEMPLATE as problem:
        raise _unreadable(problem, str(problem), order.name, places) from problem
    except RecursionError as problem:
        told = "a macro or block that calls itself without end"
        raise _unreadable(problem, told, order.name, places) from problem
    word = document.docx  # get_docx would read the template again
    labels = (*order.labels, *((order.internal,) if seen.internal else ()))
    for header in headers_of(word):
        for label in labels:
            header.add_paragraph().add_run(label).bold = True
    if order.banner:
        mark_draft(word, order.banner)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue(), tuple(_located(seen.unknown, places))


def _values(fields: Mapping[str, Any], document: DocxTemplate, png_of: PngOf) -> dict[str, Any]:
    """What a template sees: report, kpi.<code>, kpis, targets, at_risk."""
    kpis = {
        code: KpiFields(texts, chart=_Chart(document, code, png_of))
        for code, texts in fields["kpi"].items()
    }
    return {
        "report": fields["report"],
        "kpi": kpis,
        "kpis": list(kpis.values()),
        "targets": [kpis[code] for code in fields["targets"]],
        "at_risk": [kpis[code] for code in fields["at_risk"]],
    }


class _Chart:
    """A chart that is drawn only when printed: most templates print few."""

    def __init__(self, document: DocxTemplate, code: str, png_of: PngOf) -> None:
        self._document, self._code, self._png_of = document, code, png_of

    def __html__(self) -> str:
        png = io.BytesIO(self._png_of(self._code))
        return str(InlineImage(self._document, png, width=Mm(160)))

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
    except _OF_FILE as problem:
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
    problem: Exception, told: str, name: str, places: tuple[tuple[str, str], ...]
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
        found=told,
        advice="docs/reports.md lists the fields.",
    )
