"""Whether intervals have become too narrow: a test that may be looked at every month.

Each month, the share x of KPIs whose printed year to date lies outside the 80 % interval given out
the month before would be 0.2 on average, were the intervals right. The wealth of a bet on more,
W = mean over λ of Π (1 + λ (x − 0.2)), is then a nonnegative martingale, however the KPIs of a
month hang together, and exceeds 20 with probability at most 1/20 over all months (Ville). After
an alarm it starts again from 1.

References
----------
Shafer (2021), Testing by betting, Journal of the Royal Statistical Society A 184.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from data.ledger.projections import ledger_of
from data.plans.plan import Plan
from data.plans.rows import family_plans, load_plan
from data.vintages.observation import UNDATED
from data.vintages.panel import Panel
from models.series import Month
from service.projections.view import MonthView
from service.state.app_state import AppState

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
    printed = first_printed(app_state.panel(plan.family))
    for slug in family_plans(app_state.store, plan.family):
        if plan.year - 1 <= load_plan(app_state.store, slug).year <= plan.year:
            for kpi, ahead in _ahead(app_state, slug):
                came = printed.get((kpi, ahead.month))
                if came is not None and ahead.cumulative is not None:
                    inside = ahead.cumulative.q10 <= came <= ahead.cumulative.q90
                    outside.setdefault(ahead.month, []).append(not inside)
    return tuple(
        (month, float(np.mean(found)))
        for month, found in sorted(outside.items())
        if len(found) >= LEAST
    )


def first_printed(panel: Panel) -> dict[tuple[str, Month], float]:
    """The year to date of each KPI and month as it was printed first."""
    found: dict[tuple[str, Month], tuple[date, float]] = {}
    for one in panel.figures():
        if one.form == "year_to_date" and one.published != UNDATED:
            key = (one.kpi, one.month)
            if key not in found or one.published < found[key][0]:
                found[key] = (one.published, one.value)
    return {key: value for key, (_, value) in found.items()}


def _ahead(app_state: AppState, plan: str) -> Iterator[tuple[str, MonthView]]:
    """The first month to come of the last projection given out with the same months known."""
    newest: dict[tuple[str, str], Mapping[str, Any]] = {}
    for one in ledger_of(app_state.store, plan):
        view = one.payload["projection"]
        if view["cutoff"] and not view["label"]:
            newest[view["kpi"], view["cutoff"]] = view
    for (kpi, _), view in newest.items():
        months = (month for month in view["months"] if month["status"] == "projected")
        ahead = next(months, None)
        if ahead is not None:
            yield kpi, MonthView.model_validate(ahead)
