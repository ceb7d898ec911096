"""Why projections changed since the last report: sentences, and the parts as a table."""

from __future__ import annotations

from collections.abc import Sequence

from service.report.document import NONE, Block, Cell, Column, Heading, Number, Paragraph, Table
from service.shapes.analysis import ChangeList, KpiChange, ProbabilityChange
from service.texts import (
    CHANGE,
    LEVEL,
    TEXT,
    Lang,
    chance,
    day_of,
    number,
    period_name,
    whole_per_cent,
)

_PARTS = ("plan", "model", "projects", "revisions", "month", "draws")


def blocks(changes: ChangeList | None, lang: Lang) -> list[Block]:
    """The annex's section on KPIs with a target; empty without a probability at both ends.

    Parameters
    ----------
    changes : from `service.analysis.changes.changes`; None without earlier projections
    """
    followed = [] if changes is None else [one for one in changes.changes if _followed(one)]
    if changes is None or not followed:
        return []
    text, words = TEXT[lang], CHANGE[lang]
    parts = [part for part in _PARTS if _any(followed, part)]
    columns = (
        Column(text["kpi"], 2.4),
        *(Column(day_of(end.as_of, lang), 0.9, True) for end in (changes.before, changes.after)),
        *(Column(words[f"part.{part}"], 0.95, True) for part in parts),
    )
    return [
        Heading(text["annex.heading.moves"]),
        *(Paragraph(one.sentence[lang], "item") for one in followed),
        Table(text["annex.table.moves"], columns, _rows(followed, parts, lang)),
    ]


def _followed(change: KpiChange) -> list[ProbabilityChange]:
    """The targets that had a probability at both ends."""
    return [one for one in change.targets if one.probability.change is not None]


def _any(changes: Sequence[KpiChange], part: str) -> bool:
    """Whether any target's change has this part."""
    return any(
        one.part == part
        for change in changes
        for target in _followed(change)
        for one in target.probability.parts
    )


def _rows(
    followed: Sequence[KpiChange], shown: Sequence[str], lang: Lang
) -> tuple[tuple[Cell, ...], ...]:
    """One per target: probability at both ends in per cent, parts in percentage points."""
    rows: list[tuple[Cell, ...]] = []
    for change in followed:
        for target in _followed(change):
            probability, status = target.probability, target.status
            parts: dict[str, float] = {one.part: one.change for one in probability.parts}
            level = f"{LEVEL[lang][target.level]}, {period_name(target.period, lang)}"
            rows.append(
                (
                    f"{change.name[lang]} ({level})",
                    _probability(probability.before, status.before, lang),
                    _probability(probability.after, status.after, lang),
                    *(_points(parts.get(part), lang) for part in shown),
                )
            )
    return tuple(rows)


def _probability(value: float | None, status: str | None, lang: Lang) -> Cell:
    if value is None:
        return NONE
    return Number(whole_per_cent(value), chance(value, status or "", lang), 0, True)


def _points(part: float | None, lang: Lang) -> Cell:
    if part is None:
        return NONE
    sign = "+" if round(100 * part, 1) > 0 else ""
    return Number(100 * part, f"{sign}{number(100 * part, lang, 1)}", 1, signed=True)
