"""Loading files into a plan family, with a summary of what was read."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

from data.db.store import Store
from data.ingestion.imports import Base
from data.ingestion.layouts import explained, write_map
from data.ingestion.preview import FilePreview, UnknownRow, preview_file, unknown_rows
from data.ingestion.reading import Claims, FileRead, PrintedRow, RowKey, read_file
from data.ingestion.rows import write_match
from data.ingestion.suspicion import Suspicion
from data.readers.mapped.table_map import TableMap
from data.readers.spreadsheet.cells import fold
from data.telemetry.spans import span
from data.vintages.comparison import Compared, StoredFigures
from data.vintages.rows import Added, ImportRecord, add_observations, imported, read_observations
from models.errors import InputError, UnknownKpi

Progress = Callable[[int, int, str], None]  # number of files done, of all files; the last file


log = logging.getLogger(__name__)


@dataclass(frozen=True)
class FileReport:
    """The result of a file; `problem` is the reason if nothing of it was loaded.

    `refusal` is the error of which it is the text, to be said in another language.
    """

    file: str
    tables: tuple[str, ...] = ()
    rows: int = 0
    added: Added = field(default_factory=lambda: Added(0, 0, 0))
    problem: str | None = None
    refusal: InputError | None = field(default=None, compare=False)
    notes: tuple[str, ...] = ()
    loaded_before: bool = False


@dataclass(frozen=True)
class IngestReport:
    """The summary of an ingestion, for the planner."""

    files: tuple[FileReport, ...]
    unknown: tuple[UnknownRow, ...]
    suspicions: tuple[Suspicion, ...]
    revised: tuple[Compared, ...]
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


def ingest(
    store: Store,
    family: str,
    files: Sequence[Path],
    *,
    published: date | None = None,
    dry_run: bool = False,
    by: str = "",
    workers: int = 1,
    columns: str = "",
    matches: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> IngestReport:
    """Load files into a family, each all or nothing.

    Parameters
    ----------
    files : annexes of the statistics office, report forms of a department and tidy
        tables (.xlsx, .xlsm, .xls, .csv), in any order
    published : publication date of all files; default the date at the start of each
        file name, or the dates in a tidy file
    dry_run : read and compare, write nothing
    by : who loads, for the audit log
    workers : number of reading processes; the result does not depend on it
    columns : which column of these files is what, remembered for files with the same
        headings ('series=A month=B value=C header=1')
    matches : names in the files → slug of the KPI that they are, remembered too

    Returns
    -------
    IngestReport; a file that cannot be read is listed with the reason and changes
    nothing
    """
    with store.reading() as connection:
        base = Base.of(connection, family)
        if columns:
            base = replace(base, maps={**base.maps, **_explain(files, columns)})
        if matches:
            base = replace(base, matches={**base.matches, **_match(files, base, matches)})
        stored = StoredFigures(read_observations(connection, family))
    if not dry_run and (columns or matches):
        _remember(store, family, base, by)
    reads: list[FileRead] = []
    reports: list[FileReport] = []
    suspicions: list[Suspicion] = []
    revised: list[Compared] = []
    for read in _read_all(files, base.claims(), published, workers):
        if read.blocked is not None:
            read = replace(read, observations=(), problem=read.blocked)
        shown = preview_file(read, stored, base.kpis, imported(store, family, read.sha256))
        suspicions += shown.suspicions
        revised += (figure for figure in shown.figures if figure.state == "revised")
        reports.append(_report(store, family, shown, by, dry_run))
        reads.append(replace(read, observations=()))
        if progress is not None:
            progress(len(reads), len(files), read.file)
    return IngestReport(
        files=tuple(reports),
        unknown=unknown_rows(reads, base.kpis),
        suspicions=tuple(suspicions),
        revised=tuple(revised),
        dry_run=dry_run,
    )


def _explain(files: Sequence[Path], columns: str) -> dict[str, TableMap]:
    return dict(explained(file.read_bytes(), file.name, columns) for file in files)


def _match(
    files: Sequence[Path], base: Base, matches: Mapping[str, str]
) -> dict[RowKey, str | None]:
    """The unknown rows of the files that a person names, with their KPI."""
    wanted = {fold(name): slug for name, slug in matches.items()}
    known = {kpi.slug for kpi in base.kpis}
    for slug in wanted.values():
        if slug not in known:
            raise UnknownKpi(
                "the plan's family has no KPI '{slug}'; it has {known}.",
                slug=slug,
                known=", ".join(known),
            )
    rows = [row for file in files for row in _read(file, base.claims(), date.max).unknown]
    found: dict[RowKey, str | None] = {
        row.key: wanted[fold(row.label)] for row in rows if fold(row.label) in wanted
    }
    missing = set(wanted) - {key[-1] for key in found}
    if missing:
        names = ", ".join(f"'{row.label}'" for row in rows[:8])
        raise InputError(
            "expected names of the files that no KPI claims, found '{name}'. Names to match: "
            "{names}.",
            name=missing.pop(),
            names=names or "none",
        )
    return found


def _remember(store: Store, family: str, base: Base, by: str) -> None:
    """Write the layouts and matches that are new."""
    with store.writing() as connection:
        before = Base.of(connection, family)
        for fingerprint, given in base.maps.items():
            if before.maps.get(fingerprint) != given:
                write_map(connection, family, (fingerprint, given), by)
        for key, kpi in base.matches.items():
            if key not in before.matches or before.matches[key] != kpi:
                table, quantity, occurrence, label = key
                row = PrintedRow(table, label, quantity, occurrence)
                write_match(connection, family, row, kpi, by, datetime.now(UTC))


def _read_all(
    files: Sequence[Path], claims: Claims, published: date | None, workers: int
) -> Iterator[FileRead]:
    """Files read in the given order, by several processes if there are enough files."""
    if workers <= 1 or len(files) < 4:
        for file in files:
            yield _read(file, claims, published)
        return
    with ProcessPoolExecutor(workers) as pool:
        pending = [pool.submit(_read, file, claims, published) for file in files]
        for task in pending:
            yield task.result()


def _read(path: Path, claims: Claims, published: date | None) -> FileRead:
    try:
        content = path.read_bytes()
    except OSError as error:
        return FileRead(path.name, "", problem=f"{path.name}: cannot be read ({error.strerror}).")
    return read_file(content, path.name, claims, published)


def _report(store: Store, family: str, shown: FilePreview, by: str, dry_run: bool) -> FileReport:
    """Write a file's figures, except on a dry run, and report what that changes."""
    read = shown.read
    if shown.problem is not None:
        return FileReport(read.file, problem=shown.problem, refusal=read.refusal)
    added = shown.added
    if not dry_run:
        record = ImportRecord(read.file, read.sha256, by, datetime.now(UTC))
        with span("import", {"import": read.sha256[:12], "family": family}):
            added = add_observations(store, family, read.observations, record, dated=read.dated)
            log.info("file loaded: %d new figures, %d revised", added.new, added.revised)
    return FileReport(
        file=read.file,
        tables=read.tables,
        rows=read.printed,
        added=added,
        notes=read.notes,
        loaded_before=shown.loaded_before,
    )
