"""The content of a report, the same for every format: blocks of text and figures."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, Literal, Protocol

import altair as alt

from service.projections.facts import Facts
from service.report.letterhead import Letterhead
from service.texts import Lang, number, percent, signed, signed_percent, unit_name

ReportKind = Literal["month", "quarter", "half-year", "nine-month", "year"]
Part = Literal["report", "annex", "explanation"]
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
    """Levels I, 1 and a of an official document."""

    text: str
    level: Literal[1, 2, 3] = 1


@dataclass(frozen=True)
class Paragraph:
    """`item` is a list item, `note` small print below a table, `slot` left open for people."""

    text: str
    style: Literal["body", "item", "note", "slot"] = "body"


@dataclass(frozen=True, eq=False)
class Picture:
    """A chart, or an SVG drawn by this service; `text` describes it in words."""

    chart: alt.TopLevelMixin | str
    caption: str
    text: str


@dataclass(frozen=True)
class Table:
    """Rows under headings, with a caption above; a narrow one may have a picture `beside` it."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    beside: Picture | None = None


Block = Heading | Paragraph | Table | Picture


@dataclass(frozen=True, eq=False)
class Appendix:
    """A numbered annex, on pages of its own after the signature."""

    title: str
    subject: str
    attached: str
    blocks: tuple[Block, ...]


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
    part : the official report, the internal analysis of forecasts, or explanation sheets
    year : of the plan
    title, subject : 'BÁO CÁO' and its subject
    banner : printed across every page of a draft; '' once issued
    labels : shown wherever the plan is shown
    figures : one row per KPI with all its figures
    sheets : one per KPI
    facts : the numbers behind the report, for a planner's own template
    appendices : numbered annexes after the signature
    open_points : what only people can fill in and is still open, before anybody signs
    """

    part: Part
    kind: ReportKind
    lang: Lang
    year: int
    letterhead: Letterhead
    title: str
    subject: str
    banner: str
    labels: tuple[str, ...]
    blocks: tuple[Block, ...]
    figures: Table
    sheets: tuple[KpiSheet, ...]
    facts: tuple[Facts, ...]
    appendices: tuple[Appendix, ...] = ()
    open_points: tuple[str, ...] = ()

    @property
    def official(self) -> bool:
        """Whether it has the heading and signature of an official document."""
        return self.part != "annex"

    @property
    def one_sheet(self) -> bool:
        """Whether it is one explanation sheet, which is to fit on one page."""
        return self.part == "explanation" and not self.appendices

    @property
    def all_blocks(self) -> tuple[Block, ...]:
        """The blocks of the body and of the annexes."""
        return (*self.blocks, *(block for one in self.appendices for block in one.blocks))


class Renderer(Protocol):
    """Lays out a report as one file."""

    def __call__(self, report: Report) -> bytes: ...


def numbered(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The same blocks, their headings numbered I, II …; 1, 2 … within; a, b … within those."""
    places = [0, 0, 0]
    found: list[Block] = []
    for block in blocks:
        if not isinstance(block, Heading):
            found.append(block)
            continue
        level = block.level - 1
        places[level:] = [places[level] + 1, *([0] * (2 - level))]
        mark = (_ROMAN[places[0] - 1] + ".", f"{places[1]}.", f"{chr(96 + places[2])})")[level]
        found.append(Heading(f"{mark} {block.text}", block.level))
    return tuple(found)


def figure(
    value: float | None, lang: Lang, decimals: int = 0, *, note: str = "", text: str = ""
) -> Number:
    """A figure in a KPI's unit; `text` overrides how it is written ('about 300,000')."""
    return Number(value, text or number(value, lang, decimals), decimals, note=note)


def share(per_cent: float | None, lang: Lang, *, footnote: str = "", decimals: int = 1) -> Number:
    """A percentage of something: '53,8%'."""
    return Number(per_cent, percent(per_cent, lang, decimals), decimals, True, footnote=footnote)


def change(
    per_cent: float | None, lang: Lang, *, footnote: str = "", points: bool = False
) -> Number:
    """A growth: '+28,4%'; of a figure in per cent '+0,3' with its unit below."""
    if points:
        note = unit_name("percentage points", lang)
        return Number(per_cent, signed(per_cent, lang, 1), 1, False, True, note, footnote)
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
