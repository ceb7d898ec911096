"""What looked wrong when a plan was watched last: for metrics, which compute nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import delete, func, insert, select

from data.db import tables
from data.db.store import Store
from data.notices.rows import Notice

_table = tables.standing


def keep_standing(store: Store, plan: str, found: Iterable[Notice]) -> None:
    """Replace what was found of a plan before."""
    rows = [{"plan": plan, "rule": one.rule, "kpi": one.kpi} for one in found]
    with store.writing() as connection:
        connection.execute(delete(_table).where(_table.c.plan == plan))
        if rows:
            connection.execute(insert(_table), rows)


def standing_counts(store: Store) -> Mapping[tuple[str, str], int]:
    """How much stands, by plan and rule."""
    table = _table.c
    chosen = select(table.plan, table.rule, func.count()).group_by(table.plan, table.rule)
    with store.reading() as connection:
        return {(plan, rule): count for plan, rule, count in connection.execute(chosen)}
