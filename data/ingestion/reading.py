"""Reading a file of figures as observations of a family's KPIs."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, TypedDict

from data.ingestion.guards import Claimed, Guarded, guard
from data.plans.kpi import Kpi
from data.readers.gso.annex import Annex, read_annex
from data.readers.layout import Found, recognise
from data.readers.mapped.rows import first_rows
from data.readers.mapped.table_map import TableMap
from data.readers.printed import PrintedFigure, PrintedWorkbook
from data.readers.report_form.form import TABLE as REPORT_FORM, ReportForm, read_report_form
from data.readers.spreadsheet.cells import fold, publication_date
from data.readers.spreadsheet.tables import raise_problems
from data.readers.spreadsheet.workbook import OpenedFile
from data.readers.tidy.file import TidyFile, read_rows
from data.readers.tidy.headings import TidyTables
from data.vintages.dated import DatedFigure
from data.vintages.observation import Observation
from models.errors import InputError, UnreadableFile

RowKey = tuple[str, str, int, str]  # table, quantity, occurrence, folded label


@dataclass(frozen=True)
class PrintedRow:
    """A row of a table as printed; `unit` is '' if none is printed."""

    table: str
    label: str
    quantity: str = ""
    occurrence: int = 1
    unit: str = ""

    @property
    def key(self) -> RowKey:
        return self.table, self.quantity, self.occurrence, fold(self.label)


@dataclass(frozen=True)
class ReadRow:
    """A row, with the KPI that claims it.

    Attributes
    ----------
    how : 'plan' if the plan's definition of the KPI names the row, 'match' if a
        person matched it to a KPI, 'ignored' if a person matched it to no KPI, else
        'unknown'
    kpi : slug; None unless `how` is 'plan' or 'match'
    figures : number of figures read from it
    """

    row: PrintedRow
    how: Literal["plan", "match", "ignored", "unknown"]
    kpi: str | None
    figures: int


@dataclass(frozen=True)
class FileRead:
    """A file's content as observations, or the reason why there are none.

    Attributes
    ----------
    tables : names of the tables found
    printed : number of rows with figures
    rows : the rows with their KPIs
    problem : why nothing of the file can be used
    blocked : why nothing of it is used until its unknown rows are matched; None for
        a layout in which unknown rows are normal (an annex of the whole country)
    notes : remarks for the planner, with the place in the file
    places : sheet and cell of each observation
    columns : which column is what, in a table of another office; '' for known layouts
    dated : figures to a day
    sample : the first rows of a table whose columns a person may explain, from column A
    """

    file: str
    sha256: str
    observations: tuple[Observation, ...] = ()
    tables: tuple[str, ...] = ()
    printed: int = 0
    rows: tuple[ReadRow, ...] = ()
    problem: str | None = None
    blocked: str | None = None
    notes: tuple[str, ...] = ()
    places: tuple[tuple[str, str], ...] = ()
    columns: str = ""
    dated: tuple[DatedFigure, ...] = ()
    sample: tuple[tuple[str, ...], ...] = ()

    @property
    def unknown(self) -> tuple[PrintedRow, ...]:
        return tuple(read.row for read in self.rows if read.how == "unknown")


class _Kept(TypedDict):
    """The fields of `FileRead` that hold figures."""

    observations: tuple[Observation, ...]
    dated: tuple[DatedFigure, ...]
    places: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Claims:
    """Which KPI claims a row: by the plan's definitions, then by matches of people.

    `matched` has None for rows matched to no KPI; `maps` says of layouts, by their
    fingerprint, which column is what.
    """

    kpis: tuple[Kpi, ...]
    defined: Mapping[RowKey, str]
    matched: Mapping[RowKey, str | None]
    maps: Mapping[str, TableMap] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        kpis: Iterable[Kpi],
        matched: Mapping[RowKey, str | None],
        maps: Mapping[str, TableMap] | None = None,
    ) -> Claims:
        family = tuple(kpis)
        defined = {
            (row.table, row.quantity, row.occurrence, name): kpi.slug
            for kpi in family
            for row in kpi.rows
            for name in row.names
        }
        return cls(family, defined, matched, maps or {})

    def read(self, row: PrintedRow, figures: int) -> ReadRow:
        if row.key in self.defined:
            return ReadRow(row, "plan", self.defined[row.key], figures)
        if row.key not in self.matched:
            return ReadRow(row, "unknown", None, figures)
        kpi = self.matched[row.key]
        return ReadRow(row, "match" if kpi else "ignored", kpi, figures)


def read_file(content: bytes, file: str, claims: Claims, published: date | None) -> FileRead:
    """Read a file of any known layout.

    Parameters
    ----------
    content, file : its bytes, and its name as it appears in errors and sources
    claims : which KPI claims which row
    published : publication date; default the date at the start of the file's name, or
        the dates in a tidy file

    Returns
    -------
    FileRead; for a file that cannot be used, `problem` is the reason
    """
    sha256 = hashlib.sha256(content).hexdigest()
    opened = None
    try:
        opened = OpenedFile(content, file)
        remarks = opened.remarks()
        read = _by_layout(recognise(opened, claims.maps), sha256, claims, published)
        notes = (*remarks, *opened.hidden_notes(read.places), *read.notes)
        return replace(read, notes=notes, sample=first_rows(opened) if read.columns else ())
    except InputError as error:
        rows = first_rows(opened) if opened is not None else ()
        return FileRead(file, sha256, problem=str(error), sample=rows)


def _by_layout(found: Found, sha256: str, claims: Claims, published: date | None) -> FileRead:
    if isinstance(found, ReportForm):
        return _form(found, sha256, claims, published)
    if isinstance(found, Annex):
        return _printed(read_annex(found), sha256, claims, published)
    return _tidy(found, sha256, claims, published)


def _form(found: ReportForm, sha256: str, claims: Claims, published: date | None) -> FileRead:
    """A department's report form; its rows name the KPIs, or were matched before."""
    matched = {
        name: kpi for (table, _, _, name), kpi in claims.matched.items() if table == REPORT_FORM
    }
    named = {name: kpi for name, kpi in matched.items() if kpi is not None}
    form = read_report_form(found, claims.kpis, named)
    own = {key: kpi for key, kpi in form.claimed.items() if key not in claims.matched}
    return _printed(form, sha256, replace(claims, defined={**claims.defined, **own}), published)


def _tidy(found: TidyTables, sha256: str, claims: Claims, published: date | None) -> FileRead:
    """A tidy file; it is blocked while it has names of no KPI.

    A table of another office has more series than a plan: one that is known is enough.
    """
    matched = {
        name: kpi for (table, _, _, name), kpi in claims.matched.items() if table == found.table
    }
    day = published or publication_date(found.file) or found.published
    tidy = read_rows(found, claims.kpis, day, matched)
    kpis = {kpi.slug: kpi for kpi in claims.kpis}
    guarded = guard(
        [
            Claimed(kpis[one.figure.kpi], one.figure, one.row, one.unit, one.sheet, one.cell)
            for one in tidy.figures
        ]
    )
    problems = [*tidy.problems, *guarded.problems]
    raise_problems(tidy.file, [*problems, *tidy.unknown] if problems else ())
    refusal = tidy.refusal
    if found.columns and refusal is not None:
        refusal = None if guarded.figures else _no_series(tidy)
    return FileRead(
        file=tidy.file,
        sha256=sha256,
        **_kept(guarded),
        tables=(found.table,),
        printed=sum(named.times for named in tidy.names),
        rows=_tidy_rows(tidy, found.table),
        notes=(*found.notes, *guarded.notes),
        columns=found.columns,
        blocked=str(refusal) if refusal else None,
    )


def _kept(guarded: Guarded) -> _Kept:
    """The figures that passed the guards, with their places."""
    months = [one for one in guarded.figures if isinstance(one.figure, Observation)]
    return {
        "observations": tuple(
            one.figure for one in guarded.figures if isinstance(one.figure, Observation)
        ),
        "dated": tuple(
            one.figure for one in guarded.figures if isinstance(one.figure, DatedFigure)
        ),
        "places": tuple((one.sheet, one.cell) for one in months),
    }


def _no_series(tidy: TidyFile) -> UnreadableFile:
    """The refusal of a table of which no series is a KPI yet."""
    names = [named.label for named in tidy.names if named.how == "unknown"]
    more = f" and {len(names) - 6} more" if len(names) > 6 else ""
    return UnreadableFile(
        tidy.file,
        expected="at least one series that a KPI of the plan claims",
        found=", ".join(f"'{name}'" for name in names[:6]) + more,
        advice="Say which KPI a series is, on the page of the upload or with --match "
        "'NAME=kpi'; if the columns are understood wrongly, say which is what with --columns. "
        "Nothing was loaded.",
    )


def _tidy_rows(tidy: TidyFile, table: str) -> tuple[ReadRow, ...]:
    return tuple(
        ReadRow(PrintedRow(table, named.label, unit=named.unit), named.how, named.kpi, named.times)
        for named in tidy.names
    )


def _printed(
    workbook: PrintedWorkbook, sha256: str, claims: Claims, published: date | None
) -> FileRead:
    day = published or workbook.published
    if day is None:
        raise InputError(
            "{file}: expected a publication date at the start of the file name "
            "(2021-06-29-…) or in a report form, found none; give it as --published "
            "YYYY-MM-DD.",
            file=workbook.file,
        )
    if day < date(*workbook.report_month, 1):
        raise InputError(
            "{file}: expected a publication date in {report_month} or later, the month "
            "of the report, found {day}; check the year in the title.",
            file=workbook.file,
            report_month=workbook.report_month,
            day=day,
        )
    times = Counter(_row_of(figure) for figure in workbook.figures)
    rows = {row: claims.read(row, count) for row, count in times.items()}
    kpis = {kpi.slug: kpi for kpi in claims.kpis}
    guarded = guard([*_claimed(workbook, rows, kpis, day), *_dated(workbook, kpis, day)])
    raise_problems(workbook.file, [*workbook.problems, *guarded.problems])
    return FileRead(
        file=workbook.file,
        sha256=sha256,
        **_kept(guarded),
        tables=workbook.tables,
        printed=len({(f.table, f.sheet, f.row, f.occurrence) for f in workbook.figures}),
        rows=_joined(rows.values()),
        notes=(*workbook.notes, *guarded.notes),
    )


def _joined(rows: Iterable[ReadRow]) -> tuple[ReadRow, ...]:
    """Each row once, even if it was written in several ways or with several units."""
    joined: dict[RowKey, ReadRow] = {}
    for read in rows:
        key = read.row.key
        before = joined.get(key)
        joined[key] = replace(before, figures=before.figures + read.figures) if before else read
    return tuple(joined.values())


def _row_of(figure: PrintedFigure) -> PrintedRow:
    return PrintedRow(figure.table, figure.row, figure.quantity, figure.occurrence, figure.unit)


def _dated(
    workbook: PrintedWorkbook, kpis: Mapping[str, Kpi], published: date
) -> Iterator[Claimed]:
    for each in workbook.dated:
        source = f"{workbook.file}, {_place(each.sheet, each.cell)}"
        figure = DatedFigure(
            each.kpi, each.from_day, each.to_day, each.value, "estimate", published, source
        )
        yield Claimed(kpis[each.kpi], figure, each.row, each.unit, each.sheet, each.cell)


def _place(sheet: str, cell: str) -> str:
    return f"sheet '{sheet}', cell {cell}" if sheet else f"cell {cell}"


def _claimed(
    workbook: PrintedWorkbook,
    rows: Mapping[PrintedRow, ReadRow],
    kpis: Mapping[str, Kpi],
    published: date,
) -> Iterator[Claimed]:
    """The figures of rows that have a KPI, in the order of the workbook."""
    for one in workbook.figures:
        slug = rows[_row_of(one)].kpi or ""
        if slug not in kpis or one.form is None:
            continue
        source = f"{workbook.file}, {_place(one.sheet, one.cell)}"
        figure = Observation(slug, one.month, one.form, one.value, one.status, published, source)
        yield Claimed(
            kpis[slug],
            figure,
            one.row,
            one.unit,
            one.sheet,
            one.cell,
            one.report_month,
            one.unit_above,
        )
