"""Notices: written once, whatever number of processes comes to the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, func, insert, select

from data.db import tables
from data.db.store import Store
from data.notices.rules import Rule

_notices = tables.notices


@dataclass(frozen=True)
class Notice:
    """A sentence for those who are to be told, in both languages.

    Attributes
    ----------
    about : what it tells; a second notice about the same is not written
    kpi, stamp : of the projection that it tells of, if any
    """

    rule: Rule
    about: str
    vi: str
    en: str
    kpi: str | None = None
    stamp: str | None = None

    def text(self, lang: str) -> str:
        """Its sentence in a language."""
        return self.vi if lang == "vi" else self.en


@dataclass(frozen=True)
class Told:
    """A notice as it stands in the database."""

    id: int
    plan: str
    notice: Notice
    at: datetime

    def text(self, lang: str) -> str:
        """Its sentence in a language."""
        return self.notice.text(lang)


def add_notices(
    store: Store, family: str, plan: str, notices: Iterable[Notice], now: datetime | None = None
) -> int:
    """Write those notices that are new; return how many."""
    moment, added = now or datetime.now(UTC), 0
    wanted = {f"{plan} {one.about}"[:200]: one for one in notices}
    if not wanted:
        return 0
    with store.writing() as connection:
        chosen = select(_notices.c.about).where(_notices.c.about.in_(wanted))
        known = set(connection.scalars(chosen))
        for about, one in wanted.items():
            if about in known:
                continue
            values = {"rule": one.rule, "kpi": one.kpi, "stamp": one.stamp}
            texts = {"text_vi": one.vi, "text_en": one.en}
            connection.execute(
                insert(_notices).values(
                    family=family, plan=plan, about=about, at=moment, **values, **texts
                )
            )
            added += 1
    return added


def notices_of(store: Store, plan: str, limit: int = 100) -> tuple[Told, ...]:
    """The newest notices of a plan, newest first."""
    chosen = select(_notices).where(_notices.c.plan == plan).order_by(_notices.c.id.desc())
    with store.reading() as connection:
        return tuple(_told(row) for row in connection.execute(chosen.limit(limit)))


def newest_notices(store: Store, since: datetime) -> tuple[Told, ...]:
    """The notices of all plans since a moment, oldest first."""
    chosen = select(_notices).where(_notices.c.at >= since).order_by(_notices.c.id)
    with store.reading() as connection:
        return tuple(_told(row) for row in connection.execute(chosen))


def counts_of(store: Store) -> Mapping[tuple[str, str], int]:
    """How many notices there are, by plan and rule."""
    table = _notices.c
    chosen = select(table.plan, table.rule, func.count()).group_by(table.plan, table.rule)
    with store.reading() as connection:
        return {(plan, rule): count for plan, rule, count in connection.execute(chosen)}


def _told(row: Row[Any]) -> Told:
    notice = Notice(
        row.rule,
        row.about.removeprefix(f"{row.plan} "),
        row.text_vi,
        row.text_en,
        row.kpi,
        row.stamp,
    )
    return Told(row.id, row.plan, notice, row.at)
