"""Suggestions of KPIs for an unknown row, by similar names without accents."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from data.ingestion.reading import PrintedRow
from data.plans.kpi import Kpi
from data.readers.spreadsheet.cells import fold
from data.readers.spreadsheet.words import units_differ
from data.readers.tidy.headings import TIDY

LEAST, SHOWN = 0.7, 3  # lowest similarity of a suggestion, largest number of suggestions
_LETTERS = 5  # shortest name that is similar to another because the other has all its words


@dataclass(frozen=True)
class Suggestion:
    """A KPI whose name is similar to a row's; `similarity` is between 0 and 1."""

    kpi: str
    similarity: float


def suggestions(
    row: PrintedRow, kpis: Sequence[Kpi], taken: Collection[str] = ()
) -> tuple[Suggestion, ...]:
    """The KPIs most similar to a row, most similar first.

    Parameters
    ----------
    row : as printed
    kpis : of the family; not suggested are KPIs without figures of their own, in
        another unit than the row's, or with rows in other tables only
    taken : slugs of KPIs that other rows of the same table already match

    References
    ----------
    Ratcliff and Metzener (1988), Dr. Dobb's Journal 13(7): the ratio of matching
    blocks, here of accent-folded names, with the words as written and sorted. Ours: a
    name is also similar to one that contains all its words ('xi măng Portland' is a
    cement).
    """
    wanted = _forms(fold(row.label))
    found = []
    for kpi in kpis:
        if kpi.slug in taken or not _may_be(row, kpi):
            continue
        similarity = max(_similarity(wanted, _forms(name)) for name in _names(kpi))
        if similarity >= LEAST:
            found.append(Suggestion(kpi.slug, round(similarity, 3)))
    found.sort(key=lambda suggestion: (-suggestion.similarity, suggestion.kpi))
    return tuple(found[:SHOWN])


def _may_be(row: PrintedRow, kpi: Kpi) -> bool:
    if not kpi.takes_figures or units_differ(row.unit, kpi.unit):
        return False
    places = {(selector.table, selector.quantity) for selector in kpi.rows}
    return not places or row.table == TIDY or (row.table, row.quantity) in places


def _names(kpi: Kpi) -> set[str]:
    names = {fold(kpi.name_vi), fold(kpi.name_en), fold(kpi.slug.replace("_", " "))}
    return names | {name for row in kpi.rows for name in row.names}


def _forms(name: str) -> tuple[str, str]:
    """A name as written and with its words sorted, so that 'sắt, thép' equals 'thép sắt'."""
    words = "".join(letter if letter.isalnum() else " " for letter in name).split()
    return " ".join(words), " ".join(sorted(words))


def _contained(one: str, other: str) -> float:
    """Similarity of two names if one has all words of the other; else 0."""
    short, long = sorted((one, other), key=len)
    if len(short) < _LETTERS or not set(short.split()) <= set(long.split()):
        return 0.0
    return LEAST + (1 - LEAST) * len(short) / len(long)


def _similarity(one: tuple[str, str], other: tuple[str, str]) -> float:
    best = _contained(one[0], other[0])
    for first, second in zip(one, other, strict=True):
        matcher = SequenceMatcher(None, first, second, autojunk=False)
        if matcher.real_quick_ratio() > best and matcher.quick_ratio() > best:
            best = max(best, matcher.ratio())
    return best
