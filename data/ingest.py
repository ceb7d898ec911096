"""From a planner's files to observations of a plan family, with a summary of what was read."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

from data.observation import Form, Kpi, Observation
from data.panel import Panel
from data.readers.cells import Sheets, fold, publication_date
from data.readers.gso import read_workbook
from data.readers.intake import Kind, kind_of
from data.readers.printed import Measure, PrintedFigure, PrintedWorkbook
from data.readers.report_form import TABLE as REPORT_FORM
from data.readers.report_form import read_report_form
from data.readers.tidy import read_tidy
from data.store import Added, ImportRecord, Store
from data.suspicion import Suspicion, suspicious
from models.errors import InputError, UnknownLayout
from models.series import FigureStatus

FORMS: dict[Measure, tuple[Form, FigureStatus]] = {
    "month_est": ("month", "estimate"),
    "month_prev": ("month", "restated"),
    "ytd": ("year_to_date", "estimate"),
    "ytd_prev": ("year_to_date", "restated"),
    "plan_pct": ("share_of_plan", "estimate"),
    "plan_value": ("plan", "final"),
    "yoy_month": ("rate_on_year", "estimate"),
    "yoy_month_prev": ("rate_on_year", "restated"),
    "yoy_ytd": ("rate_to_date", "estimate"),
    "yoy_ytd_prev": ("rate_to_date", "restated"),
    "mom": ("rate_on_month", "estimate"),
    "quarter": ("quarter", "estimate"),
    "month_last_year": ("month", "restated"),
    "ytd_last_year": ("year_to_date", "restated"),
    "year_last_year": ("year", "restated"),
}

Progress = Callable[[int, int, str], None]  # files done, files in all, the file just done


@dataclass(frozen=True)
class FileReport:
    """What one file gave; `problem` says why it gave nothing."""

    file: str
    tables: tuple[str, ...] = ()
    rows: int = 0
    added: Added = field(default_factory=lambda: Added(0, 0, 0))
    problem: str | None = None
    notes: tuple[str, ...] = ()
    loaded_before: bool = False


@dataclass(frozen=True)
class UnknownRow:
    """A row of a known table that no KPI of the family claims."""

    table: str
    row: str
    times: int


@dataclass(frozen=True)
class IngestReport:
    """The summary a planner reads."""

    files: tuple[FileReport, ...]
    unknown: tuple[UnknownRow, ...]
    suspicions: tuple[Suspicion, ...]
    dry_run: bool

    @property
    def tables(self) -> int:
        return sum(len(file.tables) for file in self.files)

    @property
    def rows(self) -> int:
        return sum(file.rows for file in self.files)

    @property
    def added(self) -> Added:
        return Added(
            new=sum(file.added.new for file in self.files),
            unchanged=sum(file.added.unchanged for file in self.files),
            revised=sum(file.added.revised for file in self.files),
        )

    @property
    def problems(self) -> tuple[FileReport, ...]:
        return tuple(file for file in self.files if file.problem)


@dataclass(frozen=True)
class _Read:
    """A file's content as observations, or why there are none."""

    file: str
    sha256: str
    observations: tuple[Observation, ...] = ()
    tables: tuple[str, ...] = ()
    rows: int = 0
    unknown: tuple[tuple[str, str], ...] = ()
    problem: str | None = None
    notes: tuple[str, ...] = ()


def ingest(
    store: Store,
    family: str,
    files: Sequence[Path],
    *,
    published: date | None = None,
    dry_run: bool = False,
    by: str = "",
    workers: int = 1,
    progress: Progress | None = None,
) -> IngestReport:
    """Load files into a family, each all or nothing.

    Parameters
    ----------
    files : annexes of the statistics office, report forms of a department and tidy
        tables (.xlsx, .xlsm, .xls, .csv), in any order
    published : publication date of all files; else the date at the start of each
        file name, or what a tidy file says per figure
    dry_run : read and compare, write nothing
    by : who loads
    workers : processes that read; the result does not depend on them

    Returns
    -------
    IngestReport; a file that cannot be read is in it with the reason, and has
    changed nothing
    """
    kpis = store.kpis(family)
    if not kpis:
        raise InputError(f"no plan of family '{family}' is loaded; import its plan first.")
    rows_of = _claims(kpis)
    reports: list[FileReport] = []
    unknown: Counter[tuple[str, str]] = Counter()
    suspicions: list[Suspicion] = []
    known = store.panel(family)
    for done, read in enumerate(_read_all(files, kpis, rows_of, published, workers), start=1):
        unknown.update(read.unknown)
        if read.problem is None:
            suspicions += suspicious(known, kpis, read.observations)
            known = Panel.of(family, kpis, [*known.figures(), *read.observations])
        reports.append(_store(store, family, read, by, dry_run))
        if progress is not None:
            progress(done, len(files), read.file)
    return IngestReport(
        files=tuple(reports),
        unknown=tuple(
            UnknownRow(table, row, times) for (table, row), times in sorted(unknown.items())
        ),
        suspicions=tuple(suspicions),
        dry_run=dry_run,
    )


def observations_of(
    figures: Iterable[PrintedFigure],
    rows_of: dict[tuple[str, str, int, str], str],
    published: date,
    file: str,
) -> tuple[list[Observation], list[tuple[str, str]]]:
    """Figures as observations of the KPIs that claim their rows, and the rows unclaimed."""
    observations = []
    unclaimed: dict[tuple[str, str], None] = {}
    for figure in figures:
        kpi = rows_of.get((figure.table, figure.quantity, figure.occurrence, fold(figure.row)))
        if kpi is None:
            unclaimed[figure.table, figure.row] = None
        elif figure.measure in FORMS:
            form, status = FORMS[figure.measure]
            observations.append(
                Observation(
                    kpi=kpi,
                    month=figure.month,
                    form=form,
                    value=figure.value,
                    status=status,
                    published=published,
                    source=f"{file}, {_place(figure)}",
                )
            )
    return observations, list(unclaimed)


def _place(figure: PrintedFigure) -> str:
    sheet = f"sheet '{figure.sheet}', " if figure.sheet else ""
    return f"{sheet}cell {figure.cell}"


def _claims(kpis: Iterable[Kpi]) -> dict[tuple[str, str, int, str], str]:
    """Which KPI claims the row of a table, by quantity, occurrence and folded name."""
    return {
        (row.table, row.quantity, row.occurrence, name): kpi.slug
        for kpi in kpis
        for row in kpi.rows
        for name in row.names
    }


def _read_all(
    files: Sequence[Path],
    kpis: Sequence[Kpi],
    rows_of: dict[tuple[str, str, int, str], str],
    published: date | None,
    workers: int,
) -> Iterator[_Read]:
    """Files read in the order given, by several processes where that pays."""
    if workers <= 1 or len(files) < 4:
        for file in files:
            yield _read(file, kpis, rows_of, published)
        return
    with ProcessPoolExecutor(workers) as pool:
        waiting = [pool.submit(_read, file, kpis, rows_of, published) for file in files]
        for one in waiting:
            yield one.result()


def _read(
    path: Path,
    kpis: Sequence[Kpi],
    rows_of: dict[tuple[str, str, int, str], str],
    published: date | None,
) -> _Read:
    file = path.name
    try:
        content = path.read_bytes()
    except OSError as error:
        return _Read(file, "", problem=f"{file}: cannot be read ({error.strerror}).")
    sha256 = hashlib.sha256(content).hexdigest()
    try:
        kind = kind_of(content, file)
        remarks = () if kind == "text" else Sheets(content, file).remarks()
        read = _read_by_layout(content, file, sha256, kpis, rows_of, published, kind)
        return replace(read, notes=(*remarks, *read.notes))
    except InputError as error:
        return _Read(file, sha256, problem=str(error))


def _read_by_layout(
    content: bytes,
    file: str,
    sha256: str,
    kpis: Sequence[Kpi],
    rows_of: dict[tuple[str, str, int, str], str],
    published: date | None,
    kind: Kind,
) -> _Read:
    """A report form, an annex or a tidy table, whichever the file turns out to be."""
    try:
        return _read_form(content, file, sha256, kpis, rows_of, published)
    except UnknownLayout:
        pass
    if kind == "text":
        return _read_tidy(content, file, sha256, kpis, published)
    try:
        return _read_annex(read_workbook(content, file), sha256, rows_of, published)
    except UnknownLayout as no_annex:
        return _read_tidy(content, file, sha256, kpis, published, no_annex)


def _read_form(
    content: bytes,
    file: str,
    sha256: str,
    kpis: Sequence[Kpi],
    rows_of: dict[tuple[str, str, int, str], str],
    published: date | None,
) -> _Read:
    """A department's own report form; its rows name the KPIs, or were assigned before."""
    claims = {name: slug for (table, _, _, name), slug in rows_of.items() if table == REPORT_FORM}
    form = read_report_form(content, file, kpis, claims)
    return _read_annex(form, sha256, {**rows_of, **form.claimed}, published)


def _read_tidy(
    content: bytes,
    file: str,
    sha256: str,
    kpis: Sequence[Kpi],
    published: date | None,
    no_annex: UnknownLayout | None = None,
) -> _Read:
    """A tidy file; of a workbook that is neither, the annex reader's reason is given."""
    try:
        tidy = read_tidy(content, file, kpis, published or publication_date(file))
    except UnknownLayout:
        if no_annex is None:
            raise
        raise no_annex from None
    return _Read(file, sha256, tidy, ("tidy",), len(tidy))


def _read_annex(
    workbook: PrintedWorkbook,
    sha256: str,
    rows_of: dict[tuple[str, str, int, str], str],
    published: date | None,
) -> _Read:
    day = published or workbook.published
    if day is None:
        raise InputError(
            f"{workbook.file}: expected a publication date at the start of the file name "
            "(2021-06-29-…) or in a report form, found none; say it with --published YYYY-MM-DD."
        )
    if day < date(*workbook.report_month, 1):
        raise InputError(
            f"{workbook.file}: expected a date of publication in {workbook.report_month} or "
            f"later, the month of the report, found {day}; check the year in the title."
        )
    observations, unclaimed = observations_of(workbook.figures, rows_of, day, workbook.file)
    rows = {
        (figure.table, figure.sheet, figure.row, figure.occurrence) for figure in workbook.figures
    }
    return _Read(
        file=workbook.file,
        sha256=sha256,
        observations=tuple(observations),
        tables=workbook.tables,
        rows=len(rows),
        unknown=tuple(unclaimed),
        notes=workbook.notes,
    )


def _store(store: Store, family: str, read: _Read, by: str, dry_run: bool) -> FileReport:
    """Write one file's observations and say what that changed."""
    if read.problem is not None:
        return FileReport(read.file, problem=read.problem)
    origin = ImportRecord(read.file, read.sha256, by, datetime.now(UTC))
    before = store.imported(family, read.sha256)
    added = store.add_observations(family, read.observations, origin, dry_run=dry_run)
    return FileReport(
        file=read.file,
        tables=read.tables,
        rows=read.rows,
        added=added,
        notes=read.notes,
        loaded_before=before,
    )
