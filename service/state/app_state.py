"""State of the running service: settings, store, caches by revision, jobs, metrics."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any, TypeVar

from data.db.store import Store
from data.db.version import Version
from data.plans.rows import load_plan
from data.settings import Settings
from data.vintages.panel import Panel
from data.vintages.panel_rows import load_panel
from models.errors import NoBundle
from service.projections.basis import Basis, as_of_date, basis_of, default_day
from service.projections.estimates import with_estimates
from service.projections.facts import Facts, facts_of
from service.projections.issue import Issued, issue_kpi, record
from service.projections.shape import as_json
from service.projections.view import ProjectionView
from service.state.cache import RevisionCache
from service.state.jobs import Jobs
from service.state.metrics import Metrics
from service.state.revisions import Revisions
from service.state.streams import Streams
from service.state.turns import Turns

JSON_TYPE = "application/json"
Content = TypeVar("Content")
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KPIS = 2_000  # that a process keeps the projections of, of a month and of the one before
FIGURES = 400_000  # in the panels of families: about 200 MB
BODIES, PICTURES = 32_000_000, 64_000_000  # bytes
BASES = 400  # megabytes, about, with the models that they rest on


@dataclass(frozen=True)
class Body:
    """A response's bytes with their media type and ETag."""

    content: bytes
    media_type: str
    etag: str

    def size(self) -> int:
        return len(self.content)


class AppState:
    """One per running service; safe to use from many threads."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self.settings, self.store = settings, store
        self.version = Version(store)
        self.jobs = Jobs(store, settings)
        self.closing = threading.Event()  # the service was told to stop
        self.streams = Streams()
        self.logging_in = Turns(8, 16)  # one at a time: each check takes 64 MiB
        self.reading_files = Turns(4, 8)  # one at a time: a large workbook fills memory
        self.metrics = Metrics(self.jobs, store)
        turns = Turns()
        self._revisions = Revisions(store)
        self._bodies: RevisionCache[Body] = RevisionCache(BODIES, turns, Body.size, cheap=True)
        self._pictures: RevisionCache[Body] = RevisionCache(PICTURES, turns, Body.size)
        self._contents: RevisionCache[Any] = RevisionCache(16, turns)
        self._computed: RevisionCache[Any] = RevisionCache(16 * KPIS, turns)
        self._records: RevisionCache[Any] = RevisionCache(512, turns)
        self._issued: RevisionCache[Issued] = RevisionCache(2 * KPIS, turns)
        self._bases: RevisionCache[Basis] = RevisionCache(BASES, turns, _megabytes)
        self._rows: RevisionCache[tuple[Mapping[str, Any], ...]] = RevisionCache(64, turns)
        self._panels: RevisionCache[Panel] = RevisionCache(FIGURES, turns, _figures_of)
        self._facts: RevisionCache[tuple[Facts, ...]] = RevisionCache(KPIS, turns, len)

    def body(self, plan: str, key: Hashable, make: Callable[[], Body]) -> Body:
        """A text of what is kept already, cached by revision; made without a turn."""
        return self._bodies.get((plan, key), partial(self._revision, plan), make)

    def picture(self, plan: str, key: Hashable, make: Callable[[], Body]) -> Body:
        """A page, a picture or a document, cached by revision."""
        return self._pictures.get((plan, key), partial(self._revision, plan), make)

    def content(self, plan: str, key: Hashable, make: Callable[[], Content]) -> Content:
        """What a document or a page says before it is laid out, cached by revision."""
        found: Content = self._contents.get((plan, key), partial(self._revision, plan), make)
        return found

    def computed(self, plan: str, key: Hashable, make: Callable[[], Content]) -> Content:
        """What follows from figures, plans and models, cached; signing does not change it."""
        found: Content = self._computed.get((plan, key), partial(self.figures, plan), make)
        return found

    def record(self, plan: str, key: Hashable, make: Callable[[], Content]) -> Content:
        """What of a plan is in the track record, cached by revision; small, for many plans."""
        found: Content = self._records.get((plan, key), partial(self._revision, plan), make)
        return found

    def issued_rows(
        self, plan: str, make: Callable[[], tuple[Mapping[str, Any], ...]]
    ) -> tuple[Mapping[str, Any], ...]:
        """The feed's rows of a plan's issued months, cached by revision."""
        return self._rows.get(plan, partial(self._revision, plan), make)

    def day_of(self, plan: str, as_of: str | None) -> date:
        """The vintage that a request asks for; default `default_day`."""
        if as_of is not None:
            return as_of_date(as_of)
        return default_day(self.store, load_plan(self.store, plan))

    def panel(self, family: str) -> Panel:
        """All published figures of a family."""
        return self._panels.get(
            family,
            partial(self._revisions.of, family),
            partial(load_panel, self.store, family),
        )

    def basis(self, plan: str, day: date, model_of: date | None = None) -> Basis:
        """What the answers for a plan and day rest on; all days share one panel.

        Parameters
        ----------
        model_of : ask the model of another, later day: what it says in hindsight
        """

        def make() -> Basis:
            if model_of is not None:
                return replace(self.basis(plan, day), bundle=self.basis(plan, model_of).bundle)
            panel = self.panel(family_of(plan))
            return basis_of(self.store, self.settings, plan, day, panel=panel)

        return self._bases.get((plan, day, model_of), partial(self._revision, plan), make)

    def issued(self, plan: str, kpi: str, day: date, model_of: date | None = None) -> Issued:
        """One KPI's stamped projection; `model_of` as for `basis`, never given out."""

        def make() -> Issued:
            return issue_kpi(self.basis(plan, day, model_of), kpi)

        return self._issued.get((plan, kpi, day, model_of), partial(self.figures, plan), make)

    def issued_once(self, plan: str, kpi: str, day: date, model_of: date | None = None) -> Issued:
        """The same without keeping it, for callers that keep only a part of it."""
        found = self._issued.find((plan, kpi, day, model_of), self.figures(plan))
        return found or issue_kpi(self.basis(plan, day, model_of), kpi)

    def all_issued(self, plan: str, day: date, model_of: date | None = None) -> list[Issued]:
        """The projections of all KPIs of a plan, in the plan's order."""
        kpis = self.basis(plan, day).plan.kpis
        return [self.issued(plan, kpi.slug, day, model_of) for kpi in kpis]

    def hindsight(self, plan: str, day: date, later: date) -> date | None:
        """The day whose model is asked about an earlier day that has none; None if it has one."""
        own = self.basis(plan, day).bundle
        return later if isinstance(own, NoBundle) else None

    def give_out(self, plan: str, day: date) -> list[Issued]:
        """The projections of all KPIs, recorded in the ledger."""
        issued = self.all_issued(plan, day)
        record(self.store, issued)
        return issued

    def shown(self, plan: str, day: date, kpi: str | None = None) -> list[ProjectionView]:
        """Projections of a plan or one KPI, with the official estimates of the month."""
        issued = [self.issued(plan, kpi, day)] if kpi else self.all_issued(plan, day)
        return with_estimates(self.store, [one.view for one in issued])

    def facts(self, plan: str, day: date) -> tuple[Facts, ...]:
        """The facts of each KPI of a plan, the same in every language."""

        def make() -> tuple[Facts, ...]:
            basis = self.basis(plan, day)
            return facts_of(basis.plan, self.shown(plan, day), basis.panel, day)

        return self._facts.get((plan, day), partial(self._revision, plan), make)

    def _revision(self, plan: str) -> Hashable:
        return self._revisions.of(family_of(plan))

    def figures(self, plan: str) -> Hashable:
        """Revision of what projections are computed from; signing does not change it."""
        return self._revisions.of(family_of(plan)).figures


def _megabytes(basis: Basis) -> int:
    """About what it holds: 50 kB of models a KPI, 500 kB of paths for one tied to others."""
    kpis, relations = basis.plan.kpis, basis.panel.relations
    tied = sum(bool(relations.related(kpi.slug)) for kpi in kpis)
    return 1 + len(kpis) // 20 + tied // 2


def _figures_of(panel: Panel) -> int:
    return sum(map(len, panel.printed.values()))


def family_of(plan: str) -> str:
    """The slug without the year: 'vietnam-2021' → 'vietnam'."""
    return plan.rpartition("-")[0]


def etag_of(keys: Sequence[str], suffix: str = "") -> str:
    """An ETag from one key (a stamp, or `etag_key`), or from a hash of several."""
    name = keys[0] if len(keys) == 1 else _digest(" ".join(keys))
    return f'"{name}{suffix}"'


def etag_key(projection: ProjectionView) -> str:
    """A projection's stamp, with a digest of its official estimate if there is one."""
    stamp, estimate = projection.stamp, projection.official_estimate
    return f"{stamp}-{_digest(json.dumps(as_json(estimate)))}" if estimate else stamp


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]
