"""The content of a report, as every format lays it out: blocks of words and figures."""

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
    """A figure: its value for spreadsheets, and as it is written.

    `note` stands below it: what it is (estimate, derived …); `mark` is '*' where
    a percentage was computed again.
    """

    value: float | None
    text: str
    decimals: int = 0
    per_cent: bool = False
    signed: bool = False
    note: str = ""
    mark: str = ""

    def __str__(self) -> str:
        return f"{self.text}{self.mark}"


Cell = str | Number


@dataclass(frozen=True)
class Column:
    """`width` is a share of the table's; `figures` are set to the right."""

    title: str
    width: float = 1.0
    figures: bool = False


@dataclass(frozen=True)
class Heading:
    text: str


@dataclass(frozen=True)
class Paragraph:
    """`item` is a line of a list, `note` small print below a table."""

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
        """Rows that a cell takes: 1, more where empty cells continue it, 0 for those."""
        if column >= self.merged:
            return 1
        if row > 0 and self.rows[row][column] == "":
            return 0
        below = (place for place in range(row + 1, len(self.rows)) if self.rows[place][column])
        return next(below, len(self.rows)) - row


@dataclass(frozen=True, eq=False)
class Picture:
    """A chart; `text` says in words what it shows."""

    chart: alt.TopLevelMixin
    caption: str
    text: str


Block = Heading | Paragraph | Table | Picture


@dataclass(frozen=True)
class KpiSheet:
    """One KPI for a spreadsheet: what is known of it, and its months.

    `lines` are columns of `months` (by place) that a native chart draws.
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
    title, subject : 'BÁO CÁO' and what it is about
    attached : below the subject: to what an annex belongs
    banner : stands across every page of a draft; '' once it is issued
    labels : what must be said of the plan wherever it is shown
    figures : one row per KPI with all its figures
    sheets : one per KPI
    facts : the numbers behind all of it, for a planner's own template
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
    """A figure in a KPI's unit; `text` where it is written otherwise ('about 300,000')."""
    return Number(value, text or number(value, lang, decimals), decimals, note=note)


def share(per_cent: float | None, lang: Lang, *, mark: str = "", decimals: int = 1) -> Number:
    """A percentage of something: '53,8%'."""
    return Number(per_cent, percent(per_cent, lang, decimals), decimals, True, mark=mark)


def change(per_cent: float | None, lang: Lang, *, mark: str = "") -> Number:
    """A growth: '+28,4%'."""
    return Number(per_cent, signed_percent(per_cent, lang), 1, True, True, mark=mark)


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
