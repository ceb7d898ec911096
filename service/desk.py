"""What the running service holds: settings, store, what was computed, jobs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from data.panel import Panel
from data.settings import Settings
from data.store import Store
from service.cache import RevisionCache
from service.jobs import Jobs
from service.projections import (
    Basis,
    Issued,
    as_of_date,
    basis_of,
    issue_kpi,
    newest_day,
    record,
)

JSON_TYPE = "application/json"


@dataclass(frozen=True)
class Body:
    """A response's bytes, ready to be sent, and the tag that names them."""

    content: bytes
    media_type: str
    etag: str


class Desk:
    """One per running service; safe to use from many threads."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self.settings, self.store = settings, store
        self.jobs = Jobs()
        self._bodies: RevisionCache[Body] = RevisionCache(4096)
        self._pictures: RevisionCache[Body] = RevisionCache(256)
        self._issued: RevisionCache[Issued] = RevisionCache(4096)
        self._bases: RevisionCache[Basis] = RevisionCache(16)
        self._panels: RevisionCache[Panel] = RevisionCache(4)

    def close(self) -> None:
        self.jobs.close()

    def ready(self, plan: str, key: Hashable) -> Body | None:
        """A body that is at hand and still true."""
        return self._bodies.find((plan, key), self._revision(plan))

    def body(self, plan: str, key: Hashable, make: Callable[[], Body]) -> Body:
        """A text body, made if it is not at hand."""
        return self._bodies.get((plan, key), partial(self._revision, plan), make)

    def picture(self, plan: str, key: Hashable, make: Callable[[], Body]) -> Body:
        """A picture, made if it is not at hand."""
        return self._pictures.get((plan, key), partial(self._revision, plan), make)

    def day_of(self, plan: str, as_of: str | None) -> date:
        """The vintage that a request means; default the newest."""
        if as_of is not None:
            return as_of_date(as_of)
        return newest_day(self.store, self.store.plan(plan))

    def basis(self, plan: str, day: date) -> Basis:
        """What the answers of a plan for a day rest on; panels are shared between days."""
        revision = partial(self._revision, plan)

        def panel() -> Panel:
            return self.store.panel(family_of(plan))

        def make() -> Basis:
            whole = self._panels.get(family_of(plan), revision, panel)
            return basis_of(self.store, self.settings, plan, day, panel=whole)

        return self._bases.get((plan, day), revision, make)

    def issued(self, plan: str, kpi: str, day: date) -> Issued:
        """One KPI's projection, entered into the ledger when it is first given."""

        def make() -> Issued:
            one = issue_kpi(self.basis(plan, day), kpi)
            record(self.store, [one])
            return one

        return self._issued.get((plan, kpi, day), partial(self._revision, plan), make)

    def all_issued(self, plan: str, day: date) -> list[Issued]:
        """The projections of all KPIs of a plan, in its order."""
        return [self.issued(plan, kpi.slug, day) for kpi in self.basis(plan, day).plan.kpis]

    def _revision(self, plan: str) -> Hashable:
        return self.store.revision(family_of(plan))


def family_of(plan: str) -> str:
    """The slug without the year: 'vietnam-2021' → 'vietnam'."""
    return plan.rpartition("-")[0]


def encode(content: Any) -> bytes:
    """JSON as it goes over HTTP."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def tag_of(stamps: Sequence[str], suffix: str = "") -> str:
    """An ETag: the stamp itself, or a hash of several."""
    if len(stamps) == 1:
        name = stamps[0]
    else:
        name = hashlib.sha256(" ".join(stamps).encode()).hexdigest()[:16]
    return f'"{name}{suffix}"'
