"""KPIs that an unknown row may be: names that look alike once accents are off."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from data.ingestion.reading import PrintedRow
from data.plans.kpi import Kpi
from data.readers.spreadsheet.cells import fold
from data.readers.spreadsheet.words import units_differ
from data.readers.tidy.file import TIDY

LEAST, SHOWN = 0.7, 3  # how alike a suggestion is at least, and how many are made
_LETTERS = 5  # a name this long whose words all stand in the other is like it


@dataclass(frozen=True)
class Suggestion:
    """A KPI whose name is like a row's; `similarity` is between 0 and 1."""

    kpi: str
    similarity: float


def suggestions(
    row: PrintedRow, kpis: Sequence[Kpi], taken: Collection[str] = ()
) -> tuple[Suggestion, ...]:
    """The KPIs most like a row, the most alike first.

    Parameters
    ----------
    row : as printed
    kpis : of the family; one without figures of its own, in another unit than the
        row's, or whose rows are known to stand in other tables, is not suggested
    taken : slugs of KPIs that other rows of the same table have already

    References
    ----------
    Ratcliff and Metzener (1988), Dr. Dobb's Journal 13(7): the ratio of matching
    blocks, here of accent-folded names, with the words as written and in order. That
    a name is like one that has all its words and more is ours: 'xi măng Portland' is
    a cement, which letters alone do not say.
    """
    wanted = _forms(fold(row.label))
    found = []
    for kpi in kpis:
        if kpi.slug in taken or not _may_be(row, kpi):
            continue
        alike = max(_alike(wanted, _forms(name)) for name in _names(kpi))
        if alike >= LEAST:
            found.append(Suggestion(kpi.slug, round(alike, 3)))
    found.sort(key=lambda one: (-one.similarity, one.kpi))
    return tuple(found[:SHOWN])


def _may_be(row: PrintedRow, kpi: Kpi) -> bool:
    if not kpi.takes_figures or units_differ(row.unit, kpi.unit):
        return False
    places = {(one.table, one.quantity) for one in kpi.rows}
    return not places or row.table == TIDY or (row.table, row.quantity) in places


def _names(kpi: Kpi) -> set[str]:
    names = {fold(kpi.name_vi), fold(kpi.name_en), fold(kpi.slug.replace("_", " "))}
    return names | {name for row in kpi.rows for name in row.names}


def _forms(name: str) -> tuple[str, str]:
    """A name as written and with its words in order, so that 'sắt, thép' is 'thép sắt'."""
    words = "".join(letter if letter.isalnum() else " " for letter in name).split()
    return " ".join(words), " ".join(sorted(words))


def _contained(one: str, other: str) -> float:
    """How alike two names are of which one has all words of the other; else 0."""
    short, long = sorted((one, other), key=len)
    if len(short) < _LETTERS or not set(short.split()) <= set(long.split()):
        return 0.0
    return LEAST + (1 - LEAST) * len(short) / len(long)


def _alike(one: tuple[str, str], other: tuple[str, str]) -> float:
    best = _contained(one[0], other[0])
    for first, second in zip(one, other, strict=True):
        matcher = SequenceMatcher(None, first, second, autojunk=False)
        if matcher.real_quick_ratio() > best and matcher.quick_ratio() > best:
            best = max(best, matcher.ratio())
    return best
