"""What files hold beside what is kept: figures new, unchanged or revised, rows known or not."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from data.ingestion.matching import Suggestion, suggestions
from data.ingestion.reading import FileRead, PrintedRow, RowKey
from data.ingestion.suspicion import Suspicion, suspicious
from data.plans.kpi import Kpi
from data.vintages.comparison import Compared, Held, identity
from data.vintages.rows import Added


@dataclass(frozen=True)
class UnknownRow:
    """A row that no KPI claims, in how many files, and what it may be."""

    row: PrintedRow
    times: int
    suggestions: tuple[Suggestion, ...]


@dataclass(frozen=True)
class FilePreview:
    """What one file holds, and what becomes of each of its figures."""

    read: FileRead
    figures: tuple[Compared, ...] = ()
    suspicions: tuple[Suspicion, ...] = ()
    loaded_before: bool = False

    @property
    def added(self) -> Added:
        states = [one.state for one in self.figures]
        known, revised = states.count("unchanged"), states.count("revised")
        return Added(len(states) - known, known, revised)

    @property
    def problem(self) -> str | None:
        """Why it cannot be committed."""
        return self.read.problem or self.read.blocked


def look_at(
    read: FileRead, held: Held, kpis: Sequence[Kpi], loaded_before: bool = False
) -> FilePreview:
    """What a file changes, given what is held; what it holds is held from then on."""
    if read.problem is not None:
        return FilePreview(read, loaded_before=loaded_before)
    found = suspicious(held, kpis, read.observations)
    figures = held.take(read.observations)
    return FilePreview(read, tuple(figures), tuple(found), loaded_before)


def unknown_rows(
    reads: Sequence[FileRead], kpis: Sequence[Kpi], *, suggest: bool = True
) -> tuple[UnknownRow, ...]:
    """The rows of files that no KPI claims, each once, with suggestions where wanted."""
    taken: dict[str, set[str]] = {}
    times: dict[RowKey, int] = {}
    first: dict[RowKey, PrintedRow] = {}
    for read in reads:
        for one in read.rows:
            if one.kpi is not None:
                taken.setdefault(one.row.table, set()).add(one.kpi)
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


def mark_of(files: Sequence[FilePreview]) -> str:
    """A short hash of everything that committing files would do."""
    lines: list[object] = []
    for file in files:
        lines.append((file.read.file, file.read.sha256, file.problem))
        lines += [(one.how, one.kpi, one.row.key) for one in file.read.rows]
        lines += [
            (identity(one.observation), one.state, one.old and identity(one.old), one.counts)
            for one in file.figures
        ]
    return hashlib.sha256(repr(lines).encode()).hexdigest()[:16]
