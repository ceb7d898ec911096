"""What the first pages rest on, made before somebody opens them.

After a start, and after new figures or a new model, whoever comes first would wait seconds for
what is kept from then on: libraries that load when they are first needed, the projections of
the month and of the months before, why each moved, unusual figures, Vega. A thread asks for
them in short turns, in the order in which pages need them, so that a reader who comes
meanwhile is answered in between. A service that starts answers once the first pages of the
newest plans are at hand, or after `FIRST`: its socket listens meanwhile, so whoever asks waits
and is not refused. It keeps nothing itself: `AppState` does, for as long as the data do not
change.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import suppress
from datetime import date, timedelta
from functools import partial

from data.plans.kpi import Kpi
from data.plans.plan import Plan
from data.plans.rows import load_plan, plan_slugs
from models.errors import Busy, NoBundle, NoObservations, StoreUnavailable
from service.analysis.changes import change_between
from service.analysis.history import days_of, point_of
from service.analysis.track_record import labelled
from service.api.projections import draw
from service.notices.watch import watched
from service.pages.desk.tasks import unusual
from service.projections.basis import newest_vintage
from service.state.app_state import KPIS, AppState, family_of
from service.track_record.record import backtest, given_out
from service.web.assets import vega_script

LOOK = 3.0  # seconds between two looks at what has changed
FIRST = 15.0  # seconds that a service which starts waits for its first pages
PLANS = 4  # that it waits for, the newest

log = logging.getLogger(__name__)
Steps = Callable[[AppState, Plan], Iterator[Callable[[], object]]]


class Ready:
    """Keeps the first pages of one service ready; nothing is made before `begin`."""

    def __init__(self, app_state: AppState) -> None:
        self._app_state = app_state
        self._closing, self._first = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._made: dict[tuple[Steps, str], Hashable] = {}  # for which revision of a plan
        self._sizes: dict[str, int] = {}  # KPIs of a plan

    def begin(self) -> None:
        """Make ready what there is, and what comes, from now on."""
        if self._thread is None:
            self._closing.clear()
            self._thread = threading.Thread(target=self._watch, name="ready", daemon=True)
            self._thread.start()

    def wait(self) -> None:
        """Wait until the first pages are at hand or cannot be made, for `FIRST` at most."""
        self._first.wait(FIRST)

    def close(self) -> None:
        """Stop after the turn that is under way."""
        self._closing.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _watch(self) -> None:
        while not self._closing.is_set():
            try:
                self.look()
            except (Busy, StoreUnavailable):
                pass  # others are before us, or there is nothing to read: at the next look
            except Exception:
                log.exception("making pages ready failed")
            self._first.set()
            self._closing.wait(LOOK)

    def look(self) -> None:
        """Make ready whatever has changed since the last look, the first pages first."""
        state = self._app_state
        while (found := self._next()) and not self._closing.is_set():
            steps, slug, revision = found
            for step in steps(state, load_plan(state.store, slug)):
                if self._closing.is_set():
                    return
                with suppress(NoBundle, NoObservations):
                    step()
            self._made[steps, slug] = revision
        if self._sizes:
            vega_script(state.settings.home)

    def _next(self) -> tuple[Steps, str, Hashable] | None:
        """What is to be made ready next, of which plan, and at which revision of it."""
        plans = {slug: self._app_state.figures(slug) for slug in self._plans()}
        for steps in (first_answers, later_answers):
            for place, (slug, revision) in enumerate(plans.items()):
                if steps is later_answers or place == PLANS:
                    self._first.set()
                if self._made.get((steps, slug)) != revision:
                    return steps, slug, revision
        return None

    def _plans(self) -> list[str]:
        """The newest plan of each family, as many as `AppState` keeps the projections of."""
        store = self._app_state.store
        newest = {family_of(slug): slug for slug in sorted(plan_slugs(store))}
        found: list[str] = []
        kpis = 0
        for slug in sorted(newest.values(), key=lambda slug: slug.rpartition("-")[2])[::-1]:
            if slug not in self._sizes:
                self._sizes[slug] = len(load_plan(store, slug).kpis)
            kpis += self._sizes[slug]
            if kpis > KPIS and found:
                break
            found.append(slug)
        return found


def first_answers(app_state: AppState, plan: Plan) -> Iterator[Callable[[], object]]:
    """What the first pages of a plan ask for, one short computation each.

    Today first (projections, those of the month before, why they moved, unusual figures),
    then the libraries of charts, the track record, and the months before of each target.
    """
    day = _day(app_state, plan)
    if day is None:
        return
    since = _month_before(day)
    model_of = app_state.hindsight(plan.slug, since, day)
    kpis, targets = _shown(app_state, plan, day)
    yield from (partial(app_state.issued, plan.slug, kpi.slug, day) for kpi in kpis)
    for kpi in kpis:
        yield partial(app_state.issued, plan.slug, kpi.slug, since, model_of)
        yield partial(change_between, app_state, plan.slug, since, day, kpi.slug, hindsight=True)
    yield from (partial(unusual, app_state, plan, kpi, day) for kpi in targets)
    yield partial(watched, app_state, plan, day)
    yield partial(app_state.facts, plan.slug, day)
    if kpis:
        yield partial(draw, app_state, plan.slug, kpis[0].slug, day, "svg", "vi")
    if not labelled(app_state.store, app_state.panel, plan.family):
        newest = newest_vintage(app_state.store, plan.family)
        yield partial(backtest, app_state, plan.family, newest)
        yield partial(given_out, app_state, plan.family, newest)
    yield from _points(app_state, plan, targets, day)


def later_answers(app_state: AppState, plan: Plan) -> Iterator[Callable[[], object]]:
    """What else they ask for: the months before of KPIs without a target."""
    day = _day(app_state, plan)
    if day is not None:
        yield from _points(app_state, plan, _shown(app_state, plan, day)[0], day)


def _points(
    app_state: AppState, plan: Plan, kpis: Sequence[Kpi], day: date
) -> Iterator[Callable[[], object]]:
    """The months of the year of KPIs, for their own pages."""
    days, last = days_of(app_state, plan, day.isoformat())
    for kpi in kpis:
        yield from (partial(point_of, app_state, plan.slug, kpi.slug, one, last) for one in days)


def _day(app_state: AppState, plan: Plan) -> date | None:
    """The vintage that is shown unasked; None if nothing was loaded yet."""
    try:
        day = app_state.day_of(plan.slug, None)
        app_state.basis(plan.slug, day)
    except NoObservations:
        return None
    return day


def _month_before(day: date) -> date:
    return day.replace(day=1) - timedelta(days=1)


def _shown(app_state: AppState, plan: Plan, day: date) -> tuple[list[Kpi], list[Kpi]]:
    """The KPIs with figures, and those of them with a target."""
    version = app_state.basis(plan.slug, day).version
    kpis = [kpi for kpi in plan.kpis if not kpi.traits.in_words]
    return kpis, [kpi for kpi in kpis if version and version.targets_of(kpi.slug)]
