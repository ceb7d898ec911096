"""Loading a family's panel from the store, with the indicators from other families."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import Connection

from data.db.store import Store
from data.plans.kpi import Kpi
from data.plans.rows import read_kpis
from data.vintages.dated import read_dated
from data.vintages.panel import Panel
from data.vintages.rows import read_observations

PanelOf = Callable[[str], Panel]  # returns a family's panel; the service caches it


def load_panel(
    store: Store, family: str, up_to: date | None = None, stored_at: datetime | None = None
) -> Panel:
    """All figures of a family (up to a day) in memory, with indicators from other families.

    Withdrawn imports are left out, whatever the day; `stored_at` gives the imports and
    withdrawals as stored at that moment.
    """
    with store.reading() as connection:
        return read_panel(connection, family, up_to, stored_at)


def read_panel(
    connection: Connection, family: str, up_to: date | None, stored_at: datetime | None = None
) -> Panel:
    """A family's KPIs and figures up to a day; see `load_panel`."""
    kpis = read_kpis(connection, family)
    elsewhere = [
        _indicators(connection, other, slugs, up_to, stored_at)
        for other, slugs in sorted(_foreign(family, kpis).items())
    ]
    figures = read_observations(connection, family, up_to, stored_at=stored_at)
    dated = read_dated(connection, family, up_to, stored_at)
    related = [panel for panel in elsewhere if panel.definitions]
    return Panel.of(family, kpis, figures, related, dated)


def families_behind(store: Store, family: str) -> tuple[str, ...]:
    """Other families whose KPIs serve a family as indicators."""
    with store.reading() as connection:
        return tuple(sorted(_foreign(family, read_kpis(connection, family))))


def _foreign(family: str, kpis: Iterable[Kpi]) -> dict[str, set[str]]:
    """Family → slugs of its KPIs that serve as indicators."""
    found: dict[str, set[str]] = {}
    for kpi in kpis:
        for name in kpi.related:
            other, _, slug = name.rpartition("/")
            if other and other != family:
                found.setdefault(other, set()).add(slug)
    return found


def _indicators(
    connection: Connection,
    family: str,
    slugs: Iterable[str],
    up_to: date | None,
    stored_at: datetime | None,
) -> Panel:
    """A panel of some KPIs of a family and of the KPIs they are computed from."""
    by_slug = {kpi.slug: kpi for kpi in read_kpis(connection, family)}
    needed = _with_members(by_slug, [slug for slug in slugs if slug in by_slug])
    figures = read_observations(connection, family, up_to, needed, stored_at=stored_at)
    return Panel.of(family, [by_slug[slug] for slug in sorted(needed)], figures)


def _with_members(by_slug: dict[str, Kpi], slugs: Sequence[str]) -> set[str]:
    """KPIs with their parts, numerators and denominators, recursively."""
    needed: set[str] = set()
    waiting = list(slugs)
    while waiting:
        slug = waiting.pop()
        if slug not in needed:
            needed.add(slug)
            kpi = by_slug[slug]
            members = (*kpi.parts, kpi.numerator, kpi.denominator)
            waiting += [member for member in members if member in by_slug]
    return needed
