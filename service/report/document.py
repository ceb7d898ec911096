"""The content of a report, the same for every format: blocks of text and figures."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Literal, Protocol

import altair as alt

from service.projections.facts import Facts
from service.report.letterhead import Letterhead
from service.texts import Lang, number, percent, signed_percent

ReportKind = Literal["month", "half-year", "year"]
Part = Literal["report", "annex"]
NONE = "–"
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII")


@dataclass(frozen=True)
class Number:
    """A figure: its value for spreadsheets, and its printed text.

    `note` is printed below it: its status (estimate, derived …); `footnote` is '*' if
    a percentage was recomputed.
    """

    value: float | None
    text: str
    decimals: int = 0
    per_cent: bool = False
    signed: bool = False
    note: str = ""
    footnote: str = ""

    def __str__(self) -> str:
        return f"{self.text}{self.footnote}"


Cell = str | Number


@dataclass(frozen=True)
class Column:
    """`width` is a share of the table's width; columns of `figures` are right-aligned."""

    title: str
    width: float = 1.0
    figures: bool = False


@dataclass(frozen=True)
class Heading:
    text: str


@dataclass(frozen=True)
class Paragraph:
    """`item` is a list item, `note` small print below a table."""

    text: str
    style: Literal["body", "item", "note"] = "body"


@dataclass(frozen=True)
class Table:
    """In the first `merged` columns an empty cell continues the one above it."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    merged: int = 0

    def height(self, row: int, column: int) -> int:
        """Rows that a cell spans: 1, more if empty cells continue it, 0 for those."""
        if column >= self.merged:
            return 1
        if row > 0 and self.rows[row][column] == "":
            return 0
        below = (place for place in range(row + 1, len(self.rows)) if self.rows[place][column])
        return next(below, len(self.rows)) - row


@dataclass(frozen=True, eq=False)
class Picture:
    """A chart; `text` describes it in words."""

    chart: alt.TopLevelMixin
    caption: str
    text: str


Block = Heading | Paragraph | Table | Picture


@dataclass(frozen=True)
class KpiSheet:
    """One KPI for a spreadsheet: its facts, and its months.

    `lines` are the columns of `months` (by position) that a native chart draws.
    """

    code: str
    title: str
    facts: tuple[tuple[str, Cell], ...]
    months: Table
    lines: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Report:
    """One document.

    Attributes
    ----------
    part : the official report, or the internal annex to it
    year : of the plan
    title, subject : 'BÁO CÁO' and its subject
    attached : printed below the subject of an annex: the report it belongs to
    banner : printed across every page of a draft; '' once issued
    labels : shown wherever the plan is shown
    figures : one row per KPI with all its figures
    sheets : one per KPI
    facts : the numbers behind the report, for a planner's own template
    """

    part: Part
    kind: ReportKind
    lang: Lang
    year: int
    letterhead: Letterhead
    title: str
    subject: str
    attached: str
    banner: str
    labels: tuple[str, ...]
    blocks: tuple[Block, ...]
    figures: Table
    sheets: tuple[KpiSheet, ...]
    facts: tuple[Facts, ...]


class Renderer(Protocol):
    """Lays out a report as one file."""

    def __call__(self, report: Report) -> bytes: ...


def numbered(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The same blocks, their headings numbered I, II, III …"""
    numerals = iter(_ROMAN)
    return tuple(
        Heading(f"{next(numerals)}. {block.text}") if isinstance(block, Heading) else block
        for block in blocks
    )


def figure(
    value: float | None, lang: Lang, decimals: int = 0, *, note: str = "", text: str = ""
) -> Number:
    """A figure in a KPI's unit; `text` overrides how it is written ('about 300,000')."""
    return Number(value, text or number(value, lang, decimals), decimals, note=note)


def share(per_cent: float | None, lang: Lang, *, footnote: str = "", decimals: int = 1) -> Number:
    """A percentage of something: '53,8%'."""
    return Number(per_cent, percent(per_cent, lang, decimals), decimals, True, footnote=footnote)


def change(per_cent: float | None, lang: Lang, *, footnote: str = "") -> Number:
    """A growth: '+28,4%'."""
    return Number(per_cent, signed_percent(per_cent, lang), 1, True, True, footnote=footnote)


def canonical(report: Report) -> Report:
    """The same report with every letter composed (Unicode NFC)."""
    composed: Report = _composed(report)
    return composed


def _composed(content: Any) -> Any:
    if isinstance(content, str):
        return unicodedata.normalize("NFC", content)
    if type(content) is tuple:
        return tuple(_composed(one) for one in content)
    if is_dataclass(content) and not isinstance(content, type):
        own = {field.name: getattr(content, field.name) for field in fields(content)}
        return replace(content, **{name: _composed(value) for name, value in own.items()})
    return content
