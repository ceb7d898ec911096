"""A report as PDF, set by Typst: `report.typ` is the layout, this module passes the content."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

import typst

from service.charts.fan_chart import font_folder, to_svg
from service.report.document import Block, Cell, Heading, Number, Paragraph, Report, Table
from service.report.form import form_texts, recipients_of
from service.report.renderers.fonts import SERIF, serif_folder

_DATED = datetime(2000, 1, 1, tzinfo=UTC)  # the same report is the same file


def render(report: Report) -> bytes:
    """The report as one PDF file (A4)."""
    pictures: dict[str, bytes] = {}
    blocks = [_block(block, pictures) for block in report.blocks]
    appendices = [
        {
            "title": one.title.upper(),
            "subject": one.subject,
            "attached": one.attached,
            "blocks": [_block(block, pictures) for block in one.blocks],
        }
        for one in report.appendices
    ]
    content = {
        "font": SERIF,
        "lang": report.lang,
        "form": asdict(form_texts(report)),
        "recipients": recipients_of(report),
        "title": report.title,
        "subject": report.subject,
        "banner": report.banner,
        "labels": report.labels,
        "official": report.official,
        "one_sheet": report.one_sheet,
        "blocks": blocks,
        "appendices": appendices,
    }
    layout = files("service.report.renderers").joinpath("report.typ").read_bytes()
    sources: Any = {"main.typ": layout, "content.json": json.dumps(content).encode(), **pictures}
    return bytes(
        typst.compile(
            sources,
            font_paths=[str(serif_folder()), str(font_folder())],
            ignore_system_fonts=True,
            timestamp=_DATED,
        )
    )


def _block(block: Block, pictures: dict[str, bytes]) -> dict[str, Any]:
    if isinstance(block, Heading):
        return {"kind": "heading", "level": block.level, "text": block.text}
    if isinstance(block, Paragraph):
        return {"kind": block.style, "text": block.text}
    if isinstance(block, Table):
        return {
            "kind": "table",
            "caption": block.caption,
            "columns": [asdict(column) for column in block.columns],
            "rows": [[_cell(cell) for cell in cells] for cells in block.rows],
            "beside": None if block.beside is None else _block(block.beside, pictures),
        }
    name = f"picture-{len(pictures)}.svg"
    pictures[name] = to_svg(block.chart)
    return {"kind": "picture", "file": name, "caption": block.caption, "text": block.text}


def _cell(cell: Cell) -> dict[str, Any]:
    note = cell.note if isinstance(cell, Number) else ""
    return {"text": str(cell), "note": note}
