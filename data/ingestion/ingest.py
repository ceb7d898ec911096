"""From a planner's files to observations of a plan family, with a summary of what was read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path

from data.db.store import Store
from data.ingestion.imports import Base
from data.ingestion.preview import FilePreview, UnknownRow, look_at, unknown_rows
from data.ingestion.reading import Claims, FileRead, read_file
from data.ingestion.suspicion import Suspicion
from data.vintages.comparison import Compared, Held
from data.vintages.rows import Added, ImportRecord, add_observations, imported, read_observations

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
class IngestReport:
    """The summary a planner reads."""

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
    with store.reading() as connection:
        base = Base.of(connection, family)
        held = Held(read_observations(connection, family))
    reads: list[FileRead] = []
    reports: list[FileReport] = []
    suspicions: list[Suspicion] = []
    revised: list[Compared] = []
    for read in _read_all(files, base.claims(), published, workers):
        if read.blocked is not None:
            read = replace(read, observations=(), problem=read.blocked)
        shown = look_at(read, held, base.kpis, imported(store, family, read.sha256))
        suspicions += shown.suspicions
        revised += (one for one in shown.figures if one.state == "revised")
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
    """Files read in the order given, by several processes where that pays."""
    if workers <= 1 or len(files) < 4:
        for file in files:
            yield _read(file, claims, published)
        return
    with ProcessPoolExecutor(workers) as pool:
        waiting = [pool.submit(_read, file, claims, published) for file in files]
        for one in waiting:
            yield one.result()


def _read(path: Path, claims: Claims, published: date | None) -> FileRead:
    try:
        content = path.read_bytes()
    except OSError as error:
        return FileRead(path.name, "", problem=f"{path.name}: cannot be read ({error.strerror}).")
    return read_file(content, path.name, claims, published)


def _report(store: Store, family: str, shown: FilePreview, by: str, dry_run: bool) -> FileReport:
    """Write one file's figures, unless it is a dry run, and say what that changes."""
    read = shown.read
    if shown.problem is not None:
        return FileReport(read.file, problem=shown.problem)
    added = shown.added
    if not dry_run:
        origin = ImportRecord(read.file, read.sha256, by, datetime.now(UTC))
        added = add_observations(store, family, read.observations, origin)
    return FileReport(
        file=read.file,
        tables=read.tables,
        rows=read.printed,
        added=added,
        notes=read.notes,
        loaded_before=shown.loaded_before,
    )
