"""Why projections moved since the last report: sentences, and the parts as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from service.report.document import NONE, Block, Cell, Column, Heading, Number, Paragraph, Table
from service.texts import CHANGE, LEVEL, TEXT, Lang, chance, day_of, number, period_name

Json = Any  # until its readers ask a view by attribute
_PARTS = ("plan", "model", "revisions", "month", "draws")


def blocks(moves: Json | None, lang: Lang) -> list[Block]:
    """Of KPIs with a target; nothing where no KPI has a probability at both ends.

    Parameters
    ----------
    moves : as `service.analysis.changes.changes` gives them; None where there are none
    """
    rows = [] if moves is None else _rows(moves, lang)
    if moves is None or not rows:
        return []
    text, words = TEXT[lang], CHANGE[lang]
    ends = [day_of(moves[end]["as_of"], lang) for end in ("from", "to")]
    told = [one for one in moves["changes"] if _followed(one)]
    columns = (
        Column(text["kpi"], 2.4),
        *(Column(end, 0.9, True) for end in ends),
        *(Column(words[f"part.{part}"], 0.95, True) for part in _PARTS if _any(told, part)),
    )
    return [
        Heading(text["annex.heading.moves"]),
        *(Paragraph(one["sentence"][lang], "item") for one in told),
        Table(text["annex.table.moves"], columns, tuple(rows)),
    ]


def _followed(change: Json) -> list[Json]:
    """The targets that had a probability at both ends."""
    return [one for one in change["targets"] if one["probability"]["change"] is not None]


def _any(changes: Sequence[Json], part: str) -> bool:
    """Whether the part is told of any target."""
    return any(
        one["part"] == part
        for change in changes
        for target in _followed(change)
        for one in target["probability"]["parts"]
    )


def _rows(moves: Json, lang: Lang) -> list[tuple[Cell, ...]]:
    """One per target: probability at both ends in per cent, parts in percentage points."""
    told = [one for one in moves["changes"] if _followed(one)]
    shown = [part for part in _PARTS if _any(told, part)]
    rows: list[tuple[Cell, ...]] = []
    for change in told:
        for target in _followed(change):
            moved, status = target["probability"], target["status"]
            parts = {one["part"]: one["change"] for one in moved["parts"]}
            level = f"{LEVEL[lang][target['level']]}, {period_name(target['period'], lang)}"
            rows.append(
                (
                    f"{change['name'][lang]} ({level})",
                    *(
                        Number(100 * moved[end], chance(moved[end], status[end], lang), 0, True)
                        for end in ("from", "to")
                    ),
                    *(_points(parts.get(part), lang) for part in shown),
                )
            )
    return rows


def _points(part: float | None, lang: Lang) -> Cell:
    if part is None:
        return NONE
    sign = "+" if round(100 * part, 1) > 0 else ""
    return Number(100 * part, f"{sign}{number(100 * part, lang, 1)}", 1, signed=True)
