"""Whether intervals have become too narrow: a test that may be looked at every month.

Each month, the share x of KPIs whose new year to date lies outside the 80 % interval given out
the month before would be 0.2 on average, were the intervals right. The wealth of a bet on more,
W = mean over λ of Π (1 + λ (x − 0.2)), is then a nonnegative martingale, however the KPIs of a
month hang together, and exceeds 20 with probability at most 1/20 over all months (Ville). After
an alarm it begins anew.

References
----------
Shafer (2021), Testing by betting, Journal of the Royal Statistical Society A 184.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

import numpy as np

from data.ledger.projections import ledger_of
from data.plans.plan import Plan
from data.plans.rows import family_plans, load_plan
from models.series import Month
from service.projections.replay import entry_of
from service.projections.view import ProjectionView
from service.state.app_state import AppState
from service.track_record.outcomes import Outcomes

EXPECTED = 0.2  # outside an 80 % interval
ALARM = 20.0
BETS = np.array([0.5, 1.0, 2.0, 4.0])  # below 1 / EXPECTED, so that nothing is lost whole
LEAST = 3  # KPIs of a month that counts


@dataclass(frozen=True)
class Drift:
    """An alarm: in which month, over how many months, and what share lay outside."""

    month: Month
    months: int
    outside: float


def drift_of(app_state: AppState, plan: Plan) -> Drift | None:
    """The alarm of the newest month of a plan's family; None if there is none."""
    shares = app_state.record(plan.slug, "shares outside", lambda: _shares(app_state, plan))
    alarms, newest = alarms_of(shares), max((month for month, _ in shares), default=None)
    last = alarms[-1] if alarms else None
    return last if last is not None and last.month == newest else None


def alarms_of(shares: Iterable[tuple[Month, float]]) -> list[Drift]:
    """Every alarm of a course of months.

    Parameters
    ----------
    shares : month and share of KPIs outside, oldest first
    """
    found: list[Drift] = []
    wealth, seen = np.ones(len(BETS)), list[float]()
    for month, share in shares:
        wealth = wealth * (1.0 + BETS * (share - EXPECTED))
        seen.append(share)
        if wealth.mean() >= ALARM:
            found.append(Drift(month, len(seen), float(np.mean(seen))))
            wealth, seen = np.ones(len(BETS)), []
    return found


def _shares(app_state: AppState, plan: Plan) -> tuple[tuple[Month, float], ...]:
    """Month by month, the share of KPIs outside the interval of the month before."""
    outside: dict[Month, list[bool]] = {}
    panel = app_state.panel(plan.family)
    outcomes = Outcomes(panel, max(panel.vintages(), default=date.min))
    for slug in family_plans(app_state.store, plan.family):
        document = load_plan(app_state.store, slug)
        if document.year > plan.year:
            continue
        for view in _newest(app_state, slug):
            for month, inside in _looked_at(outcomes, view):
                outside.setdefault(month, []).append(not inside)
    return tuple(
        (month, float(np.mean(found)))
        for month, found in sorted(outside.items())
        if len(found) >= LEAST
    )


def _newest(app_state: AppState, plan: str) -> Iterable[ProjectionView]:
    """The last projection given out with the same month known, of each KPI."""
    found: dict[tuple[str, Month | None], ProjectionView] = {}
    for one in ledger_of(app_state.store, plan):
        view = entry_of(one.payload).projection
        if view.label is None:
            found[view.kpi, view.cutoff] = view
    return found.values()


def _looked_at(outcomes: Outcomes, view: ProjectionView) -> Iterator[tuple[Month, bool]]:
    """The first month to come of a projection, if printed since: whether it was inside."""
    ahead = next((one for one in view.months if one.status == "projected"), None)
    if ahead is None or ahead.cumulative is None:
        return
    month = ahead.month
    last = date(month.year, month.month, calendar.monthrange(month.year, month.month)[1])
    came = outcomes.of(view.kpi, view.year, last.isoformat())
    if came is not None and came.first.day > view.as_of:
        yield month, bool(ahead.cumulative.q10 <= came.first.value <= ahead.cumulative.q90)
