"""Tidy tables of figures, one figure a row: KPI, month, value, and what else is known.

CSV (comma, semicolon or tab) and XLSX; headers in Vietnamese or English in any
order. Everything wrong in a file is reported together, and nothing of it is
used. How to write such a file: docs/plans_and_files.md.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, cast

from data.plans.kpi import Kpi
from data.readers.spreadsheet.cells import fold
from data.readers.spreadsheet.figure_text import Figures
from data.readers.spreadsheet.intake import kind_of
from data.readers.spreadsheet.months import (
    EXPECTED_DAY,
    EXPECTED_MONTH,
    read_day,
    read_month,
)
from data.readers.spreadsheet.tables import (
    DELIMITERS,
    Cell,
    Grid,
    Problem,
    Row,
    raise_problems,
    read_csv,
    read_sheets,
)
from data.readers.spreadsheet.words import (
    FORMS,
    STATUSES,
    UNDATED_WORDS,
    Vocabulary,
    choices,
    code_of,
    same_unit,
)
from data.vintages.observation import UNDATED, Form, Observation
from models.errors import InvalidMonth, UnknownLayout, UnreadableFile
from models.series import FigureStatus, Month

TIDY = "tidy"  # the name of the one table that such a file holds

Field = Literal[
    "kpi", "name", "month", "value", "status", "form", "published", "source", "unit", "ignored"
]

HEADERS: Mapping[Field, tuple[str, ...]] = {
    "kpi": ("KPI", "Chỉ tiêu", "Mã chỉ tiêu", "Mã", "Indicator", "Slug"),
    "name": ("Tên chỉ tiêu", "Tên", "Name", "Indicator name"),
    "month": ("Month", "Tháng", "Kỳ", "Thời gian", "Period"),
    "value": ("Value", "Giá trị", "Số liệu", "Trị số", "Figure"),
    "status": ("Status", "Trạng thái", "Tình trạng"),
    "form": ("Form", "Hình thức", "Dạng số liệu", "Loại số liệu", "Measure"),
    "published": ("Published", "Ngày công bố", "Công bố", "Published at", "Publication date"),
    "source": ("Source", "Nguồn", "Nguồn số liệu"),
    "unit": ("Unit", "Đơn vị", "Đơn vị tính", "ĐVT"),
    "ignored": ("Ghi chú", "Note", "Notes", "STT", "TT", "No", "No."),
}
_FIELD_OF = {fold(name): field for field, names in HEADERS.items() for name in names}
_REQUIRED: tuple[Field, ...] = ("kpi", "month", "value")
_ENDS: Mapping[Form, int] = {"quarter": 3, "half": 6}  # their months are multiples of these
_HEADER_ROWS = 30  # a header stands within this many rows
_UNDATED = {fold(word) for word in UNDATED_WORDS}
_UNKNOWN_VALUES = {"", "…", "...", "n/a", "na"}


@dataclass(frozen=True)
class _Table:
    """One table: where each field stands, and the rows below the header."""

    columns: Mapping[Field, int]
    unit: str  # said in the header of the value column, '' if not
    rows: tuple[Row, ...]

    def cell(self, row: Row, field: Field) -> Cell | None:
        column = self.columns.get(field)
        return row[column] if column is not None and column < len(row) else None


@dataclass(frozen=True)
class NamedRows:
    """The rows that name one quantity: as written, how often, and what it was taken for.

    `how` is 'plan' for a name of a KPI, 'match' or 'ignored' for what a person
    said about it before, 'unknown' otherwise; `unit` is '' where none is said.
    """

    label: str
    unit: str
    how: Literal["plan", "match", "ignored", "unknown"]
    kpi: str | None
    times: int


@dataclass(frozen=True)
class TidyFile:
    """A tidy file's figures, the names in it, and a problem for each unknown one."""

    observations: tuple[Observation, ...]
    names: tuple[NamedRows, ...]
    unknown: tuple[Problem, ...]


def read_tidy(
    content: bytes, file: str, kpis: Sequence[Kpi], published: date | None
) -> tuple[Observation, ...]:
    """Read the figures of a tidy CSV or XLSX file; every row must name a KPI.

    See `read_rows`; a name that is unknown is a problem like any other.
    """
    tidy = read_rows(content, file, kpis, published)
    refuse_unknown(file, tidy)
    return tidy.observations


def refuse_unknown(file: str, tidy: TidyFile) -> None:
    """Raise `UnreadableFile` for the names that are no KPI's."""
    raise_problems(file, tidy.unknown)


def read_rows(
    content: bytes,
    file: str,
    kpis: Sequence[Kpi],
    published: date | None,
    matched: Mapping[str, str | None] | None = None,
) -> TidyFile:
    """Read a tidy CSV or XLSX file; rows with an unknown name are set aside.

    Parameters
    ----------
    content : bytes of the file
    file : str, its name, as it appears in errors and sources
    kpis : the KPIs of the plan family; a row names one by slug or by name
    published : date or None, for rows that do not say when they were published
    matched : folded names that people matched to a KPI's slug, or to none (None)

    Returns
    -------
    TidyFile, figures in the order of the file. A row without a form is the
    month's own figure, one without a status an estimate; a row without a value
    is left out. A number formatted as a percentage is per cent (1.045 shown as
    104.5 % is 104.5).

    Raises
    ------
    UnreadableFile
        With the place of the first problem, and the others listed in its advice;
        unknown names are among them only when there are other problems.
    """
    tables, grids = _tables(content, file)
    if not tables:
        raise _no_header(grids, file)
    problems: list[Problem] = []
    numbers = _figures(tables, problems)
    reader = _RowReader(file, tuple(kpis), published, numbers, problems, matched or {})
    observations = [
        observation
        for table in tables
        for row in table.rows
        if (observation := reader.read(table, row)) is not None
    ]
    if problems:
        raise_problems(file, [*problems, *reader.unknown])
    if not observations and not reader.names:
        raise UnreadableFile(
            file,
            expected="at least one row with a value below the header",
            found="none",
            advice="Fill in the values, one figure a row.",
        )
    return TidyFile(tuple(observations), reader.named(), tuple(reader.unknown))


def _tables(content: bytes, file: str) -> tuple[list[_Table], Sequence[Grid]]:
    """The tables of a file, and what was looked through for them."""
    if kind_of(content, file) != "text":
        grids = read_sheets(content, file)
        return [table for grid in grids if (table := _find_table(grid, file))], grids
    text = read_csv(content, file)
    heads = {delimiter: text.head(delimiter) for delimiter in DELIMITERS}
    found = {
        delimiter: table for delimiter, head in heads.items() if (table := _find_table(head, file))
    }
    if not found:
        return [], tuple(heads.values())
    widest = max(found, key=lambda delimiter: len(found[delimiter].columns))
    table = _find_table(text.grid(widest), file)
    return [table] if table else [], ()


def _header_fields(row: Row) -> list[Field | None]:
    return [_FIELD_OF.get(fold(cell.text.split("(")[0])) if cell.text else None for cell in row]


def _find_table(grid: Grid, file: str) -> _Table | None:
    for number, row in enumerate(grid.rows[:_HEADER_ROWS]):
        fields = _header_fields(row)
        if "kpi" not in fields and "name" in fields:
            fields = ["kpi" if field == "name" else field for field in fields]
        if not all(field in fields for field in _REQUIRED):
            continue
        columns: dict[Field, int] = {}
        problems = []
        for column, (field, cell) in enumerate(zip(fields, row, strict=True)):
            if field is None and cell.text:
                expected = "a known column heading"
                advice = f"Rename or delete the column; known are {_known_headings()}."
                problems.append(Problem.at(cell, expected, advice))
            elif field not in (None, "ignored") and field in columns:
                twin = row[columns[field]].place
                expected = f"one column for '{HEADERS[field][0]}'"
                problems.append(Problem.at(cell, expected, f"Keep this one or {twin}."))
            elif field is not None:
                columns[field] = column
        raise_problems(file, problems)
        heading = row[columns["value"]].text
        unit = heading.partition("(")[2].rstrip(") ") if "(" in heading else ""
        return _Table(columns, unit, tuple(grid.rows[number + 1 :]))
    return None


def _known_headings() -> str:
    return ", ".join(f"'{names[1]}' or '{names[0]}'" for names in HEADERS.values())


def _no_header(grids: Sequence[Grid], file: str) -> UnknownLayout:
    """The error that names the row most like a header."""
    rows = [(grid.sheet, row) for grid in grids for row in grid.rows[:_HEADER_ROWS] if row]
    best = max(
        rows,
        key=lambda item: sum(field in _REQUIRED for field in _header_fields(item[1])),
        default=(None, ()),
    )
    texts = [f"'{cell.text}'" for cell in best[1] if cell.text][:8]
    garbled = any("?" in text for text in texts)
    advice = "Give each column its heading in one row; see docs/plans_and_files.md."
    if garbled:
        advice = "Letters were lost: in Excel save as 'CSV UTF-8 (comma delimited)' or .xlsx."
    return UnknownLayout(
        file,
        expected="a header row with 'Chỉ tiêu' (KPI), 'Tháng' (Month) and 'Giá trị' (Value)",
        found=", ".join(texts) if texts else "an empty file",
        sheet=best[0],
        cell=best[1][0].place if best[1] else None,
        advice=advice,
    )


def _figures(tables: Sequence[_Table], problems: list[Problem]) -> Figures:
    cells = [
        cell
        for table in tables
        for row in table.rows
        if (cell := table.cell(row, "value")) is not None and not _is_unknown(cell)
    ]
    return Figures.of(cells, problems)


def _is_unknown(cell: Cell) -> bool:
    return cell.text.lower() in _UNKNOWN_VALUES and not cell.uncomputed


class _RowReader:
    """Turns rows into observations, noting problems; one instance reads one file."""

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
        self.asked = False  # for a date of publication: once is enough
        self.seen: dict[tuple[str, Month, Form, date], tuple[Observation, str]] = {}

    def read(self, table: _Table, row: Row) -> Observation | None:
        """One row's observation; None when it has no value, repeats one, or has a problem."""
        known = len(self.problems)
        value_cell = table.cell(row, "value")
        if value_cell is None or _is_unknown(value_cell):
            return None
        if value_cell.uncomputed:
            advice = "Open the file in Excel, check the formula, and save it."
            found = f"the formula {value_cell.uncomputed} without a result"
            self.problems.append(Problem.at(value_cell, "a number", advice, found))
        kpi, stands = self._named(table, row)
        if not stands:
            return None
        form = cast(Form, self._word(table.cell(row, "form"), FORMS, "month"))
        month = self._month(table.cell(row, "month"), row, form)
        status = cast(FigureStatus, self._word(table.cell(row, "status"), STATUSES, "estimate"))
        published = self._published(table.cell(row, "published"), row, form, month)
        if kpi is not None:
            self._unit(table, row, kpi, form)
        value = self.numbers.value(value_cell)
        if value is None or kpi is None or month is None or published is None:
            return None
        if len(self.problems) > known:
            return None
        place = f"{self.file}, {f'{value_cell.sheet}, ' if value_cell.sheet else ''}"
        source_cell = table.cell(row, "source")
        source = (source_cell.text if source_cell else "") or f"{place}{value_cell.place}"
        observation = Observation(kpi.slug, month, form, value, status, published, source)
        return self._unless_repeated(observation, value_cell)

    def _unless_repeated(self, observation: Observation, cell: Cell) -> Observation | None:
        key = (observation.kpi, observation.month, observation.form, observation.published)
        if key not in self.seen:
            self.seen[key] = (observation, cell.place)
            return observation
        earlier, place = self.seen[key]
        if (earlier.value, earlier.status) != (observation.value, observation.status):
            expected = (
                f"one figure of {observation.kpi} for {observation.month} published on "
                f"{observation.published}; {place} says {earlier.value:g} ({earlier.status})"
            )
            found = f"{observation.value:g} ({observation.status})"
            advice = "Delete one, or give the later one its own date of publication."
            self.problems.append(Problem.at(cell, expected, advice, found))
        return None

    def named(self) -> tuple[NamedRows, ...]:
        """The names of the file, each once."""
        return tuple(self.names.values())

    def _named(self, table: _Table, row: Row) -> tuple[Kpi | None, bool]:
        """The KPI that a row names, and whether the row counts; notes the name."""
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
            unit_cell = table.cell(row, "unit")
            unit = unit_cell.text if unit_cell and unit_cell.text else table.unit
            before = NamedRows(cell.text, unit, how, kpi.slug if kpi else None, 0)
        self.names[name] = replace(before, times=before.times + 1)
        if how == "ignored":
            return None, False
        if kpi is None:
            (self.unknown if how == "unknown" else self.problems).append(self._no_kpi(cell, found))
        return kpi, how != "unknown"

    def _no_kpi(self, cell: Cell, found: Sequence[Kpi]) -> Problem:
        """Why a name stands for no one KPI with figures of its own."""
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

    def _month(self, cell: Cell | None, row: Row, form: Form) -> Month | None:
        if cell is not None and form in ("year", "plan"):
            text = cell.text
            if len(text) == 4 and text.isdigit():
                return Month(int(text), 12)
        try:
            month = read_month(cell.value if cell else None)
        except InvalidMonth:
            self.problems.append(Problem.at(cell or row[0], EXPECTED_MONTH))
            return None
        length = _ENDS.get(form, 1)
        if month.month % length:
            expected = f"the last month of a {'quarter' if length == 3 else 'half-year'}"
            self.problems.append(Problem.at(cell or row[0], expected))
        return month

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
            if self.published is None and not self.asked:
                self.asked = True
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

    def _unit(self, table: _Table, row: Row, kpi: Kpi, form: Form) -> None:
        if form in ("rate_on_year", "rate_to_date", "rate_on_month", "share_of_plan"):
            return
        cell = table.cell(row, "unit")
        written = cell.text if cell and cell.text else table.unit
        if written and not same_unit(written, kpi.unit):
            expected = f"the unit of {kpi.slug}, '{kpi.unit}'"
            place = cell if cell and cell.text else table.cell(row, "value") or row[0]
            advice = "Convert the values; units are never converted silently."
            self.problems.append(Problem.at(place, expected, advice, found=f"'{written}'"))
