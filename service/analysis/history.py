"""How a KPI's probability moved month by month through the year."""

from __future__ import annotations

from datetime import date
from typing import Any

from data.plans.rows import load_plan
from models.errors import NoBundle, NoObservations
from service.projections.issue import as_of_date, newest_day
from service.state.app_state import AppState
from service.texts import assigned, label_of


def history_of(app_state: AppState, plan: str, kpi: str, as_of: str | None) -> dict[str, Any]:
    """One point per month of the plan's year up to the vintage asked for."""
    document = load_plan(app_state.store, plan)
    definition = document.kpi(kpi)
    newest = newest_day(app_state.store, document)
    last = as_of_date(as_of) if as_of else newest
    days = [as_of_date(f"{document.year}-{month:02d}") for month in range(1, 13)]
    shown = [day for day in days if day <= last and (day.year, day.month) <= _month(newest)]
    demonstration = bool(shown) and kpi in app_state.basis(plan, shown[-1]).labelled
    return {
        "plan": plan,
        "kpi": kpi,
        "label": label_of(document, demonstration),
        "year": document.year,
        "unit": definition.unit,
        "history": [_point(app_state, plan, kpi, day) for day in shown],
    }


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month


def _point(app_state: AppState, plan: str, kpi: str, day: date) -> dict[str, Any]:
    empty: dict[str, Any] = {
        "as_of": day.isoformat(),
        "cutoff": None,
        "probability": None,
        "status": None,
        "median": None,
        "quantiles": {},
        "lower_value": None,
        "upper_value": None,
        "plan_version": None,
        "model_version": None,
        "stamp": None,
        "reason": None,
    }
    try:
        one = app_state.issued(plan, kpi, day).projection
    except (NoBundle, NoObservations) as reason:
        return empty | {"reason": str(reason)}
    year, target = one["projected"], assigned(one)
    return empty | {
        "cutoff": one["cutoff"],
        "probability": one["probability"],
        "status": one["status"],
        "median": year and year["median"],
        "quantiles": year["quantiles"] if year else {},
        "lower_value": target and target["lower_value"],
        "upper_value": target and target["upper_value"],
        "plan_version": target and target["plan_version"],
        "model_version": one["method"]["model_version"],
        "stamp": one["stamp"],
    }
