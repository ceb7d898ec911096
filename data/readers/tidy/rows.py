"""Reading the rows of a tidy table as observations; problems are noted with their place."""

from __future__ import annotations

import difflib
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, cast

from data.plans.kpi import Kpi
from data.readers.spreadsheet.cells import fold
from data.readers.spreadsheet.day_spans import day_span
from data.readers.spreadsheet.figure_text import Figures
from data.readers.spreadsheet.months import EXPECTED_DAY, EXPECTED_MONTH, read_day, read_month
from data.readers.spreadsheet.periods import span_of
from data.readers.spreadsheet.rate_text import index_of, rate_of
from data.readers.spreadsheet.tables import Cell, Problem, Row
from data.readers.spreadsheet.words import (
    FORMS,
    STATUSES,
    UNDATED_WORDS,
    Vocabulary,
    choices,
    code_of,
)
from data.readers.tidy.headings import TidyTable
from data.vintages.dated import DatedFigure
from data.vintages.observation import UNDATED, Form, Observation
from models.errors import InvalidMonth
from models.series import FigureStatus, Month

_ENDS: Mapping[Form, int] = {"quarter": 3, "half": 6}  # their months are multiples of these
_RATES = ("rate_on_year", "rate_to_date", "rate_on_month")
_UNDATED = {fold(word) for word in UNDATED_WORDS}
_NO_VALUES = {"", "…", "...", "n/a", "na"}


@dataclass(frozen=True)
class NamedRows:
    """The rows with the same name: as written, its KPI, and the number of rows.

    `how` is 'plan' for a name of a KPI, 'match' or 'ignored' for a name that a person
    matched to a KPI or to none, else 'unknown'; `unit` is '' if none is given.
    """

    label: str
    unit: str
    how: Literal["plan", "match", "ignored", "unknown"]
    kpi: str | None
    times: int


@dataclass(frozen=True)
class TidyFigure:
    """The figure of a row, with the name and the unit as written, and its place."""

    figure: Observation | DatedFigure
    row: str
    unit: str
    sheet: str
    cell: str


def _unit_of(table: TidyTable, row: Row) -> str:
    """The unit of a row, in its own cell or in the heading of the values; '' if none."""
    cell = table.cell(row, "unit")
    return cell.text if cell and cell.text else table.unit


def has_no_value(cell: Cell) -> bool:
    """Whether a cell is empty or states that the value is not available."""
    return cell.text.lower() in _NO_VALUES and not cell.uncomputed


def is_rate(table: TidyTable, row: Row) -> bool:
    """Whether a row gives a rate against another period."""
    cell = table.cell(row, "form")
    return cell is not None and code_of(cell.text, FORMS) in _RATES


class RowReader:
    """Turns rows into observations and notes problems; an instance reads a single file."""

    def __init__(
        self,
        file: str,
        kpis: tuple[Kpi, ...],
        published: date | None,
        numbers: Figures,
        problems: list[Problem],
        matched: Mapping[str, str | None],
    ) -> None:
        self.file, self.published, self.numbers, self.problems = file, published, numbers, problems
        self.matched, self.unknown = matched, list[Problem]()
        self.names: dict[str, NamedRows] = {}
        self.kpis: dict[str, list[Kpi]] = {}
        for kpi in kpis:
            for name in {fold(kpi.slug), fold(kpi.name_vi), fold(kpi.name_en)}:
                self.kpis.setdefault(name, []).append(kpi)
        self.slugs = {kpi.slug: kpi for kpi in kpis}
        self.date_missed = False  # a missing publication date is reported once

    def read(self, table: TidyTable, row: Row) -> TidyFigure | None:
        """The figure of a row; None if it has no value, or has a problem."""
        known = len(self.problems)
        value_cell = table.cell(row, "value")
        if value_cell is None or has_no_value(value_cell):
            return None
        kpi, is_used = self._named(table, row)
        if not is_used:
            return None
        form = cast(Form, self._word(table.cell(row, "form"), FORMS, "month"))
        days = self._days(table.cell(row, "month"), form)
        month = (
            Month(days[1].year, days[1].month)
            if days
            else self._month(table.cell(row, "month"), table.cell(row, "year"), row, form)
        )
        status = cast(FigureStatus, self._word(table.cell(row, "status"), STATUSES, "estimate"))
        published = self._published(table.cell(row, "published"), row, form, month)
        value = self.numbers.value(value_cell)
        if value is None or kpi is None or month is None or published is None:
            return None
        if len(self.problems) > known:
            return None
        if is_rate(table, row):
            scale = rate_of(value_cell)[1] or ("growth" if value < 0 else None)
            value = index_of(value, scale) if scale else value
        place = f"{self.file}, {f'{value_cell.sheet}, ' if value_cell.sheet else ''}"
        source_cell = table.cell(row, "source")
        source = (source_cell.text if source_cell else "") or f"{place}{value_cell.place}"
        figure: Observation | DatedFigure = (
            DatedFigure(kpi.slug, *days, value, status, published, source)
            if days
            else Observation(kpi.slug, month, form, value, status, published, source)
        )
        name = (table.cell(row, "kpi") or row[0]).text
        sheet = value_cell.sheet or ""
        return TidyFigure(figure, name, _unit_of(table, row), sheet, value_cell.place)

    def named(self) -> tuple[NamedRows, ...]:
        """The names of the file, each once."""
        return tuple(self.names.values())

    def _named(self, table: TidyTable, row: Row) -> tuple[Kpi | None, bool]:
        """The KPI that a row names, and whether the row is used; records the name."""
        cell = table.cell(row, "kpi") or row[0]
        name = fold(cell.text)
        found = [self.slugs[cell.text]] if cell.text in self.slugs else self.kpis.get(name, [])
        how: Literal["plan", "match", "ignored", "unknown"] = "plan"
        if not found and name and name in self.matched:
            slug = self.matched[name]
            how = "match" if slug else "ignored"
            found = [self.slugs[slug]] if slug in self.slugs else []
        elif not found and name:
            how = "unknown"
        kpi = found[0] if len(found) == 1 and not found[0].parts else None
        before = self.names.get(name)
        if before is None:
            before = NamedRows(cell.text, _unit_of(table, row), how, kpi.slug if kpi else None, 0)
        self.names[name] = replace(before, times=before.times + 1)
        if how == "ignored":
            return None, False
        if kpi is None:
            if how != "unknown":
                self.problems.append(self._no_kpi(table, cell, found))
            elif self.names[name].times == 1:
                self.unknown.append(self._no_kpi(table, cell, found))
        return kpi, how != "unknown"

    def _no_kpi(self, table: TidyTable, cell: Cell, found: Sequence[Kpi]) -> Problem:
        """The problem of a name that does not identify a KPI with figures of its own."""
        if cell.place in table.merged and not cell.text:
            expected = "the name of the KPI in every row"
            advice = "Unmerge the cells in Excel, and write the name into each row."
            found_here = f"a cell of the merged cells {table.merged[cell.place]}"
            return Problem.at(cell, expected, advice, found_here)
        if len(found) == 1:
            parts = ", ".join(found[0].parts)
            expected = "a KPI with figures of its own"
            advice = f"'{found[0].slug}' is the sum of {parts}; give the figures of those."
        elif found:
            expected = "a name that only one KPI has"
            advice = f"Write one of the slugs {', '.join(kpi.slug for kpi in found)}."
        else:
            expected = "the slug or the name of a KPI of the plan"
            close = difflib.get_close_matches(fold(cell.text), self.kpis, n=3)
            near = sorted({kpi.slug for name in close for kpi in self.kpis[name]})
            advice = f"Close ones: {', '.join(near)}." if near else "Add it to the plan first."
        return Problem.at(cell, expected, advice)

    def _month(self, cell: Cell | None, year: Cell | None, row: Row, form: Form) -> Month | None:
        if cell is not None and year is not None and year.text.isdigit():
            cell = replace(cell, value=f"{cell.text.zfill(2)}/{year.text}")
        if cell is not None and form in ("year", "plan"):
            text = cell.text
            if len(text) == 4 and text.isdigit():
                return Month(int(text), 12)
        try:
            month = self._named_month(cell) or read_month(cell.value if cell else None)
        except InvalidMonth:
            self.problems.append(Problem.at(cell or row[0], EXPECTED_MONTH))
            return None
        length = _ENDS.get(form, 1)
        if month.month % length:
            expected = f"the last month of a {'quarter' if length == 3 else 'half-year'}"
            self.problems.append(Problem.at(cell or row[0], expected))
        return month

    @staticmethod
    def _days(cell: Cell | None, form: Form) -> tuple[date, date] | None:
        """The days of a figure to a day; a lone day counts for a year to date only."""
        if cell is None or form not in ("month", "year_to_date"):
            return None
        if isinstance(cell.value, str) and (span := day_span(cell.text)):
            return span
        try:
            day = read_day(cell.value)
        except InvalidMonth:
            return None
        inside = day.day not in (1, monthrange(day.year, day.month)[1])
        return (date(day.year, 1, 1), day) if inside and form == "year_to_date" else None

    @staticmethod
    def _named_month(cell: Cell | None) -> Month | None:
        """A month written with its name: 'January 2011', 'tháng Giêng/2011'."""
        span = span_of(cell.text) if cell is not None and isinstance(cell.value, str) else None
        return span.ends(None) if span is not None and span.form == "month" else None

    def _word(self, cell: Cell | None, vocabulary: Vocabulary, default: str) -> str:
        if cell is None or not cell.text:
            return default
        code = code_of(cell.text, vocabulary)
        if code is None:
            self.problems.append(Problem.at(cell, f"one of {choices(vocabulary)}"))
        return code or default

    def _published(
        self, cell: Cell | None, row: Row, form: Form, month: Month | None
    ) -> date | None:
        if cell is None or not cell.text:
            if self.published is None and not self.date_missed:
                self.date_missed = True
                advice = (
                    "When did this figure become known? Add a column 'Ngày công bố' (Published), "
                    "or give the date of the whole file with --published YYYY-MM-DD."
                )
                self.problems.append(Problem.at(cell or row[0], "a date of publication", advice))
            day = self.published
        elif fold(cell.text) in _UNDATED:
            return UNDATED
        else:
            try:
                day = read_day(cell.value)
            except InvalidMonth:
                self.problems.append(Problem.at(cell, EXPECTED_DAY))
                return None
        if day and month and form not in ("plan", "year") and day < date(*month, 1):
            expected = f"a date of publication in {month} or later, the month of the figure"
            self.problems.append(Problem.at(cell or row[0], expected, found=f"{day}"))
            return None
        return day
