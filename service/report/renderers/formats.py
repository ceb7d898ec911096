"""The formats of a report, each with the renderer that lays it out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Literal, get_args

from service.report.document import Renderer, Report
from service.state.app_state import XLSX_TYPE

Format = Literal["docx", "pdf", "xlsx", "html", "md"]
FORMATS: tuple[Format, ...] = get_args(Format)

_OFFICE = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True)
class Layout:
    """A module with `render`, and the media type of its files."""

    module: str
    media_type: str


LAYOUTS: Mapping[Format, Layout] = {
    "docx": Layout("word", f"{_OFFICE}.wordprocessingml.document"),
    "pdf": Layout("pdf", "application/pdf"),
    "xlsx": Layout("excel", XLSX_TYPE),
    "html": Layout("html", "text/html; charset=utf-8"),
    "md": Layout("markdown", "text/markdown; charset=utf-8"),
}


def render(report: Report, format_: Format) -> bytes:
    """The report as a file; a format's libraries are imported on first use."""
    renderer: Renderer = import_module(
        f"service.report.renderers.{LAYOUTS[format_].module}"
    ).render
    return renderer(report)
