"""Previews of files: new, unchanged and revised figures; known and unknown rows."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from data.ingestion.matching import Suggestion, suggestions
from data.ingestion.reading import FileRead, PrintedRow, RowKey
from data.ingestion.suspicion import Suspicion, doubtful_days, suspicious
from data.plans.kpi import Kpi
from data.vintages.comparison import Compared, StoredFigures, identity
from data.vintages.rows import Added


@dataclass(frozen=True)
class UnknownRow:
    """A row that no KPI claims, the number of files with it, and suggested KPIs."""

    row: PrintedRow
    times: int
    suggestions: tuple[Suggestion, ...]


@dataclass(frozen=True)
class FilePreview:
    """The content of a file, and the state of each of its figures."""

    read: FileRead
    figures: tuple[Compared, ...] = ()
    suspicions: tuple[Suspicion, ...] = ()
    loaded_before: bool = False

    @property
    def added(self) -> Added:
        states = [figure.state for figure in self.figures]
        known, revised = states.count("unchanged"), states.count("revised")
        return Added(len(states) - known, known, revised)

    @property
    def problem(self) -> str | None:
        """Why the file cannot be committed; None if it can."""
        return self.read.problem or self.read.blocked


def preview_file(
    read: FileRead, stored: StoredFigures, kpis: Sequence[Kpi], loaded_before: bool = False
) -> FilePreview:
    """Compare a file with the stored figures, and add its figures to `stored`."""
    if read.problem is not None:
        return FilePreview(read, loaded_before=loaded_before)
    found = suspicious(stored, kpis, read.observations)
    days = doubtful_days(stored, read.file, read.dated, read.observations)
    read = replace(read, notes=(*read.notes, *days))
    figures = stored.take(read.observations)
    return FilePreview(read, tuple(figures), tuple(found), loaded_before)


def unknown_rows(
    reads: Sequence[FileRead], kpis: Sequence[Kpi], *, suggest: bool = True
) -> tuple[UnknownRow, ...]:
    """The rows of files that no KPI claims, each once, with suggestions if wanted."""
    taken: dict[str, set[str]] = {}
    times: dict[RowKey, int] = {}
    first: dict[RowKey, PrintedRow] = {}
    for read in reads:
        for claimed in read.rows:
            if claimed.kpi is not None:
                taken.setdefault(claimed.row.table, set()).add(claimed.kpi)
        for row in read.unknown:
            times[row.key] = times.get(row.key, 0) + 1
            first.setdefault(row.key, row)
    return tuple(
        UnknownRow(
            row,
            times[key],
            suggestions(row, kpis, taken.get(row.table, ())) if suggest else (),
        )
        for key, row in sorted(first.items())
    )


def token_of(files: Sequence[FilePreview]) -> str:
    """A short hash of everything that committing files would do."""
    lines: list[object] = []
    for file in files:
        lines.append((file.read.file, file.read.sha256, file.problem))
        lines += [(row.how, row.kpi, row.row.key) for row in file.read.rows]
        lines += [
            (
                identity(figure.observation),
                figure.state,
                figure.old and identity(figure.old),
                figure.counts,
            )
            for figure in file.figures
        ]
        lines += file.read.dated
    return hashlib.sha256(repr(lines).encode()).hexdigest()[:16]
