"""A KPI's probability month by month through the year."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

from data.plans.plan import Plan
from data.plans.rows import load_plan
from models.errors import NoBundle, NoObservations
from models.series import Month
from service.projections.basis import as_of_date, default_day, newest_vintage
from service.projections.shape import if_known
from service.projections.view import HistoryPoint, HistoryView
from service.state.app_state import AppState


def history_of(app_state: AppState, plan: str, kpi: str, as_of: str | None) -> HistoryView:
    """One point per month of the plan's year up to `as_of`; default the newest vintage.

    A month without a model of its own is answered by the model of `as_of`, in hindsight:
    the point says so and has no stamp, since nothing was given out then.
    """
    document = load_plan(app_state.store, plan)
    definition = document.kpi(kpi)
    shown, last = days_of(app_state, document, as_of)
    label = app_state.basis(plan, shown[-1]).label(kpi) if shown else None
    return HistoryView(
        plan=plan,
        kpi=kpi,
        label=label,
        year=document.year,
        unit=definition.unit,
        history=tuple(point_of(app_state, plan, kpi, day, last) for day in shown),
    )


def days_of(app_state: AppState, plan: Plan, as_of: str | None) -> tuple[list[date], date]:
    """The days of a history's points, and the day up to which it is; parameters as above."""
    newest = default_day(app_state.store, plan)
    last = as_of_date(as_of) if as_of else newest
    if as_of:  # asked for, so also past the months for which the newest model answers unasked
        with suppress(NoObservations):
            newest = max(newest, newest_vintage(app_state.store, plan.family))
    days = [Month(plan.year, month).last_day for month in range(1, 13)]
    return [day for day in days if day <= last and _month(day) <= _month(newest)], last


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month


def point_of(app_state: AppState, plan: str, kpi: str, day: date, last: date) -> HistoryPoint:
    """A month's point in the history of a year up to another, later day; kept."""

    def make() -> HistoryPoint:
        return _point(app_state, plan, kpi, day, last)

    return app_state.computed(plan, ("point", kpi, day, last), make)


def _point(app_state: AppState, plan: str, kpi: str, day: date, last: date) -> HistoryPoint:
    model_of = app_state.hindsight(plan, day, last)
    try:
        one = app_state.issued_once(plan, kpi, day, model_of).view
    except (NoBundle, NoObservations) as reason:
        return HistoryPoint(as_of=day, reason=str(reason))
    year, target = one.projected, one.assigned
    return HistoryPoint(
        as_of=day,
        cutoff=one.cutoff,
        probability=one.probability,
        status=one.status,
        median=if_known(year, lambda one: one.median),
        quantiles=if_known(year, lambda one: one.quantiles),
        lower_value=if_known(target, lambda one: one.lower_value),
        upper_value=if_known(target, lambda one: one.upper_value),
        plan_version=if_known(target, lambda one: one.plan_version),
        model_version=one.method.model_version,
        stamp=None if model_of else one.stamp,
        hindsight=model_of is not None,
    )
