"""Whether intervals have become too narrow: of a plan's KPIs together, and of each alone.

Each month, of KPIs together, the share whose printed year to date lies outside the 80 % interval
given out the month before is 0.2 on average if the intervals are right; of one KPI, it lies
outside the 95 % interval once in twenty months. Both are judged by `models.watching.betting`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
from models.watching.betting import OF_A_FAMILY, OF_A_KPI, Alarm, alarms_of
from service.projections.view import MonthView
from service.state.app_state import AppState

LEAST = 3  # KPIs of a month that counts


@dataclass(frozen=True)
class Settled:
    """A month that was printed after a forecast of it: outside which interval it lay."""

    kpi: str
    month: Month
    outside_80: bool
    outside_95: bool


def drift_of(app_state: AppState, plan: Plan) -> Alarm | None:
    """The alarm of the newest month of a plan's family; None if there is none."""
    outside: dict[Month, list[bool]] = {}
    for one in _kept(app_state, plan):
        outside.setdefault(one.month, []).append(one.outside_80)
    shares = [
        (month, float(np.mean(found)))
        for month, found in sorted(outside.items())
        if len(found) >= LEAST
    ]
    return _newest(alarms_of(shares, OF_A_FAMILY), shares[-1][0] if shares else None)


def beyond_of(app_state: AppState, plan: Plan) -> Mapping[str, Alarm]:
    """The KPIs with an alarm of their own in their newest month."""
    courses: dict[str, list[tuple[Month, float]]] = {}
    for one in sorted(_kept(app_state, plan), key=lambda one: one.month):
        courses.setdefault(one.kpi, []).append((one.month, float(one.outside_95)))
    return {
        kpi: alarm
        for kpi, course in courses.items()
        if (alarm := _newest(alarms_of(course, OF_A_KPI), course[-1][0])) is not None
    }


def _newest(alarms: list[Alarm], month: Month | None) -> Alarm | None:
    return alarms[-1] if alarms and alarms[-1].month == month else None


def _kept(app_state: AppState, plan: Plan) -> tuple[Settled, ...]:
    return app_state.record(plan.slug, "settled months", lambda: tuple(_settled(app_state, plan)))


def _settled(app_state: AppState, plan: Plan) -> Iterator[Settled]:
    """The months of this year and the last that were forecast a month ahead, and came."""
    printed = first_printed(app_state.panel(plan.family))
    for slug in family_plans(app_state.store, plan.family):
        if plan.year - 1 <= load_plan(app_state.store, slug).year <= plan.year:
            for kpi, ahead in _ahead(app_state, slug):
                came, told = printed.get((kpi, ahead.month)), ahead.cumulative
                if came is not None and told is not None:
                    yield Settled(
                        kpi,
                        ahead.month,
                        outside_80=not told.q10 <= came <= told.q90,
                        outside_95=not told.q025 <= came <= told.q975,
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
