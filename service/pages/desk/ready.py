"""What the first pages rest on, made before somebody opens them.

After a start, and after new figures or a new model, whoever comes first would wait seconds for
what is kept from then on: libraries that load when they are first needed, the projections of
the month and of the months before, why each moved, unusual figures, Vega. A thread asks for
them in short turns, in the order in which pages need them, so that a reader who comes
meanwhile is answered in between. It keeps nothing itself: `AppState` does, for as long as the
data do not change.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import suppress
from datetime import timedelta
from functools import partial

from data.plans.plan import Plan
from data.plans.rows import load_plan, plan_slugs
from models.errors import Busy, NoBundle, NoObservations, StoreUnavailable
from models.series import Month
from service.analysis.changes import change_between
from service.notices.watch import watched
from service.pages.desk.tasks import unusual
from service.state.app_state import AppState
from service.web.assets import vega_script

LOOK = 3.0  # seconds between two looks at what has changed
PLANS = 4  # the newest plans are made ready; more would push each other out of what is kept

log = logging.getLogger(__name__)


class Ready:
    """Keeps the first pages of one service ready; nothing is made before `begin`."""

    def __init__(self, app_state: AppState) -> None:
        self._app_state = app_state
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._made: dict[str, Hashable] = {}  # the revision for which a plan was made ready

    def begin(self) -> None:
        """Make ready what there is, and what comes, from now on."""
        if self._thread is None:
            self._closing.clear()
            self._thread = threading.Thread(target=self._watch, name="ready", daemon=True)
            self._thread.start()

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
            self._closing.wait(LOOK)

    def look(self) -> None:
        """Make the newest plans ready for which something has changed since the last look."""
        state = self._app_state
        slugs = sorted(plan_slugs(state.store), key=lambda slug: slug.rpartition("-")[2])
        for slug in slugs[::-1][:PLANS]:
            revision = state.figures(slug)
            if self._made.get(slug) == revision:
                continue
            for step in steps(state, load_plan(state.store, slug)):
                if self._closing.is_set():
                    return
                with suppress(NoBundle, NoObservations):
                    step()
            self._made[slug] = revision
        if slugs:
            vega_script(state.settings.home)


def steps(app_state: AppState, plan: Plan) -> Iterator[Callable[[], object]]:
    """What the pages of a plan ask for, one short computation each.

    Today first (projections, those of the month before, why the targets moved, unusual
    figures), then the months before, for a target's own page.
    """
    try:
        day = app_state.day_of(plan.slug, None)
        version = app_state.basis(plan.slug, day).version
    except NoObservations:
        return  # nothing was loaded yet
    since = day.replace(day=1) - timedelta(days=1)
    model_of = app_state.hindsight(plan.slug, since, day)
    kpis = [kpi for kpi in plan.kpis if not kpi.traits.in_words]
    targets = [kpi for kpi in kpis if version and version.targets_of(kpi.slug)]
    yield from (partial(app_state.issued, plan.slug, kpi.slug, day) for kpi in kpis)
    for kpi in targets:
        yield partial(app_state.issued, plan.slug, kpi.slug, since, model_of)
        yield partial(change_between, app_state, plan.slug, since, day, kpi.slug, hindsight=True)
        yield partial(unusual, app_state, plan, kpi, day)
    yield partial(watched, app_state, plan, day)
    yield partial(app_state.facts, plan.slug, day)
    for month in range(1, since.month if since.year == plan.year else 1):
        earlier = Month(plan.year, month).last_day
        later = app_state.hindsight(plan.slug, earlier, day)
        for kpi in targets:
            yield partial(app_state.issued, plan.slug, kpi.slug, earlier, later)
