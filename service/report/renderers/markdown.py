"""A report as Markdown: text and tables; charts are described in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from service.report.document import Block, Cell, Heading, Number, Paragraph, Report, Table
from service.report.form import form_texts, recipients_of

_PARAGRAPHS = {"item": "- {}", "note": "*{}*", "body": "{}", "slot": "***{}***"}
_SPECIAL = re.compile(r"([\\`*_\[\]>|#])")


def render(report: Report) -> bytes:
    """The report as Markdown in UTF-8 (tables as GitHub reads them)."""
    return "\n\n".join(_parts(report)).encode() + b"\n"


def _parts(report: Report) -> Iterator[str]:
    form = form_texts(report)
    for words in (report.banner, *report.labels):
        if words:
            yield f"**{_plain(words)}**"
    if report.official:
        heading = (form.parent, form.organ, form.state, form.motto, form.number, form.date)
        yield from (_plain(words) for words in heading if words)
    yield f"# {_plain(report.title)}: {_plain(report.subject)}"
    if report.official and form.addressed:
        yield _plain(form.addressed)
    yield from _blocks(report.blocks)
    if report.official:
        lines = (*recipients_of(report), form.filed)
        yield f"*{_plain(form.recipients)}* " + "; ".join(_plain(line) for line in lines)
        yield f"**{_plain(form.signer_title)}** {_plain(report.letterhead.signer_name)}".strip()
    for one in report.appendices:
        yield f"# {_plain(one.title)}: {_plain(one.subject)}"
        if one.attached:
            yield f"*{_plain(one.attached)}*"
        yield from _blocks(one.blocks)


def _blocks(blocks: Sequence[Block]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Heading):
            yield f"{'#' * (block.level + 1)} {_plain(block.text)}"
        elif isinstance(block, Paragraph):
            yield _PARAGRAPHS[block.style].format(_plain(block.text))
        elif isinstance(block, Table):
            yield f"**{_plain(block.caption)}**"
            yield _table(block)
            if block.beside is not None:
                yield _plain(block.beside.text)
        else:
            yield _plain(block.text)


def _table(block: Table) -> str:
    lines = [
        " | ".join(_plain(column.title) for column in block.columns),
        " | ".join("---:" if column.figures else "---" for column in block.columns),
        *(" | ".join(_cell(cell) for cell in row) for row in block.rows),
    ]
    return "\n".join(f"| {line} |" for line in lines)


def _cell(cell: Cell) -> str:
    if isinstance(cell, Number) and cell.note:
        return f"{_plain(str(cell))} ({_plain(cell.note.strip('()'))})"
    return _plain(str(cell))


def _plain(words: str) -> str:
    """Text with Markdown's special characters escaped, and without HTML's meaning."""
    return _SPECIAL.sub(r"\\\1", words.replace("&", "&amp;").replace("<", "&lt;"))
