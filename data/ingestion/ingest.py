"""Loading files into a plan family, with a summary of what was read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

from data.db.store import Store
from data.ingestion.imports import Base
from data.ingestion.preview import FilePreview, UnknownRow, preview_file, unknown_rows
from data.ingestion.reading import Claims, FileRead, read_file
from data.ingestion.suspicion import Suspicion
from data.vintages.comparison import Compared, StoredFigures
from data.vintages.rows import Added, ImportRecord, add_observations, imported, read_observations

Progress = Callable[[int, int, str], None]  # number of files done, of all files; the last file


@dataclass(frozen=True)
class FileReport:
    """The result of a file; `problem` is the reason if nothing of it was loaded."""

    file: str
    tables: tuple[str, ...] = ()
    rows: int = 0
    added: Added = field(default_factory=lambda: Added(0, 0, 0))
    problem: str | None = None
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

    Returns
    -------
    IngestReport; a file that cannot be read is listed with the reason and changes
    nothing
    """
    with store.reading() as connection:
        base = Base.of(connection, family)
        stored = StoredFigures(read_observations(connection, family))
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
        return FileReport(read.file, problem=shown.problem)
    added = shown.added
    if not dry_run:
        record = ImportRecord(read.file, read.sha256, by, datetime.now(UTC))
        added = add_observations(store, family, read.observations, record)
    return FileReport(
        file=read.file,
        tables=read.tables,
        rows=read.printed,
        added=added,
        notes=read.notes,
        loaded_before=shown.loaded_before,
    )
