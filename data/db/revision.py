"""A family's revision: row numbers that change with any input of its answers; one cheap query."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, ScalarSelect, Table, bindparam, func, select

from data.db import tables
from data.db.store import Store


def _newest(table: Table, families: BindParameter[Any]) -> ScalarSelect[int]:
    chosen = select(func.coalesce(func.max(table.c.id), 0)).where(table.c.family.in_(families))
    return chosen.scalar_subquery()


_OWN: BindParameter[Any] = bindparam("own", expanding=True)
_BEHIND: BindParameter[Any] = bindparam("behind", expanding=True)
_REVISION = select(  # built once: every request runs it
    _newest(tables.imports, _BEHIND),
    _newest(tables.withdrawals, _BEHIND),
    _newest(tables.edits, _BEHIND),
    _newest(tables.promotions, _OWN),
    _newest(tables.steps, _OWN),
    select(func.coalesce(func.max(tables.projections.c.number), 0)).scalar_subquery(),
    _newest(tables.notices, _OWN),
)


class Revision(NamedTuple):
    """Newest row numbers of what answers rest on.

    Imports, withdrawals and edits of plans are those of the family and of others whose
    indicators it uses; promotions, steps and notices those of the family. The ledger has no
    column for families and counts over all. `figures` changes only with the inputs of
    projections.
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


def revision_of(store: Store, family: str, others: Sequence[str] = ()) -> Revision:
    """The current revision of a family.

    Parameters
    ----------
    others : families whose indicators it uses, `data.vintages.panel_rows.families_behind`
    """
    chosen = {"own": [family], "behind": [family, *others]}
    with store.reading() as connection:
        return Revision(*connection.execute(_REVISION, chosen).one())
