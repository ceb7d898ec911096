"""A family's revision: row numbers that change with any input of its answers; one cheap query."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import ScalarSelect, Table, bindparam, func, select

from data.db import tables
from data.db.store import Store


def _newest(table: Table, *, of_family: bool = False) -> ScalarSelect[int]:
    chosen = select(func.coalesce(func.max(table.c.id), 0))
    if of_family:
        chosen = chosen.where(table.c.family == bindparam("family"))
    return chosen.scalar_subquery()


_REVISION = select(  # built once: every request runs it
    _newest(tables.imports),
    _newest(tables.withdrawals),
    _newest(tables.edits),
    _newest(tables.promotions, of_family=True),
    _newest(tables.steps, of_family=True),
    select(func.coalesce(func.max(tables.projections.c.number), 0)).scalar_subquery(),
    _newest(tables.notices, of_family=True),
)


class Revision(NamedTuple):
    """Newest row numbers of what answers rest on.

    Imports, withdrawals, edits of plans and the ledger count over all families: a family may
    use the indicators of another, and the ledger has no column for families. Promotions, steps
    and notices are those of the family. `figures` changes only with the inputs of projections.
    """

    imports: int
    withdrawals: int
    edits: int
    promotions: int
    steps: int
    given_out: int
    notices: int

    @property
    def figures(self) -> tuple[int, int, int, int]:
        return self[:4]


def revision_of(store: Store, family: str) -> Revision:
    """The current revision of a family."""
    with store.reading() as connection:
        return Revision(*connection.execute(_REVISION, {"family": family}).one())
