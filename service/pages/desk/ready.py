"""What the first pages rest on, made before somebody opens them.

After a start, and after new figures or a new model, whoever comes first would wait seconds for
what is kept from then on: libraries that load when they are first needed, the projections of
the month and of the months before, why each moved, unusual figures, Vega. A thread asks for
them in short turns, in the order in which pages need them, so that a reader who comes
meanwhile is answered in between. A service that starts answers once the first are at hand, or
after `FIRST`: its socket listens meanwhile, so whoever asks waits and is not refused. It keeps
nothing itself: `AppState` does, for as long as the data do not change.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import suppress
from datetime import date, timedelta
from functools import partial
from itertools import chain

from data.plans.kpi import Kpi
from data.plans.plan import Plan
from data.plans.rows import load_plan, plan_slugs
from models.errors import Busy, NoBundle, NoObservations, StoreUnavailable
from models.series import Month
from service.analysis.changes import change_between
from service.analysis.track_record import labelled
from service.api.projections import draw
from service.pages.desk.tasks import unusual
from service.projections.basis import newest_vintage
from service.state.app_state import AppState
from service.track_record.record import backtest, given_out
from service.web.assets import vega_script

LOOK = 3.0  # seconds between two looks at what has changed
FIRST = 15.0  # seconds that a service which starts waits for its first pages
PLANS = 4  # the newest plans are made ready; more would push each other out of what is kept

log = logging.getLogger(__name__)


class Ready:
    """Keeps the first pages of one service ready; nothing is made before `begin`."""

    def __init__(self, app_state: AppState) -> None:
        self._app_state = app_state
        self._closing, self._first = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._made: dict[str, Hashable] = {}  # the revision for which a plan was made ready

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
        """Make the newest plans ready for which something has changed since the last look."""
        state = self._app_state
        slugs = sorted(plan_slugs(state.store), key=lambda slug: slug.rpartition("-")[2])
        changed = {
            slug: revision
            for slug in slugs[::-1][:PLANS]
            if self._made.get(slug) != (revision := state.figures(slug))
        }
        plans = [load_plan(state.store, slug) for slug in changed]
        for steps in (first_answers, later_answers):
            for step in chain.from_iterable(steps(state, plan) for plan in plans):
                if self._closing.is_set():
                    return
                with suppress(NoBundle, NoObservations):
                    step()
            self._first.set()
        self._made.update(changed)
        if slugs:
            vega_script(state.settings.home)


def first_answers(app_state: AppState, plan: Plan) -> Iterator[Callable[[], object]]:
    """What the first pages of a plan ask for, one short computation each.

    Today first (projections, those of the month before, why the targets moved, unusual
    figures), then the libraries of charts, and the track record.
    """
    day = _day(app_state, plan)
    if day is None:
        return
    since = _month_before(day)
    model_of = app_state.hindsight(plan.slug, since, day)
    kpis, targets = _shown(app_state, plan, day)
    yield from (partial(app_state.issued, plan.slug, kpi.slug, day) for kpi in kpis)
    for kpi in targets:
        yield partial(app_state.issued, plan.slug, kpi.slug, since, model_of)
        yield partial(change_between, app_state, plan.slug, since, day, kpi.slug, hindsight=True)
        yield partial(unusual, app_state, plan, kpi, day)
    yield partial(app_state.facts, plan.slug, day)
    if kpis:
        yield partial(draw, app_state, plan.slug, kpis[0].slug, day, "svg", "vi")
    if not labelled(app_state.store, app_state.panel, plan.family):
        newest = newest_vintage(app_state.store, plan.family)
        yield partial(backtest, app_state, plan.family, newest)
        yield partial(given_out, app_state, plan.family, newest)


def later_answers(app_state: AppState, plan: Plan) -> Iterator[Callable[[], object]]:
    """What else they ask for: the months before, for a target's own page."""
    day = _day(app_state, plan)
    if day is None:
        return
    since = _month_before(day)
    targets = _shown(app_state, plan, day)[1]
    for month in range(1, since.month if since.year == plan.year else 1):
        earlier = Month(plan.year, month).last_day
        later = app_state.hindsight(plan.slug, earlier, day)
        for kpi in targets:
            yield partial(app_state.issued, plan.slug, kpi.slug, earlier, later)


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
