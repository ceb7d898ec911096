"""The reports page: a month's estimates, its signatures, and what can be downloaded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from data.plans.plan import Plan
from data.sign_off.rows import issue_of, sign_off
from data.sign_off.rules import STATES, figures_of
from models.errors import NoBundle, NoObservations
from models.series import Month
from service.pages.views.kpi import steps_shown
from service.projections.tables import table_rows
from service.report.renderers.formats import FORMATS
from service.state.app_state import AppState
from service.texts import STATE, TEXT, Lang, day_of, number, unit_of
from service.workflow.sign_off import stamps_of

Json = Any  # until its readers ask a view by attribute


def month_content(app_state: AppState, plan: Plan, day: date, lang: Lang) -> dict[str, Any]:
    """What the reports page says of the month of a vintage."""
    month = Month(day.year, day.month)
    held = sign_off(app_state.store, plan.slug, month)
    try:
        shown, problem = app_state.shown(plan.slug, day), ""
    except (NoBundle, NoObservations) as reason:
        shown, problem = [], str(reason)
    stamps = stamps_of(shown)
    issue = issue_of(app_state.store, plan.slug, month)
    place = STATES.index(held.state)
    return {
        "problem": problem,
        "month": str(month),
        "formats": [(form, TEXT[lang][f"reports.format.{form}"]) for form in FORMATS],
        "state": held.state,
        "place": place,
        "next": STATES[place + 1] if place + 1 < len(STATES) else None,
        "states": [(state, STATE[lang][state]) for state in STATES],
        "figures": figures_of(stamps, held.current) if stamps else "",
        "steps": steps_shown(held.steps, lang),
        "issued": issue and day_of(issue.step.at.date().isoformat(), lang),
        "changed": bool(issue and held.state == "issued" and dict(issue.stamps) != stamps),
        "estimates": _estimates(app_state, plan, shown, held.current, lang),
    }


def _estimates(
    app_state: AppState, plan: Plan, shown: Sequence[Json], current: Mapping[str, Any], lang: Lang
) -> list[dict[str, Any]]:
    """Every series with its projection and its official estimate, entered or not."""
    series = [
        one for one in shown if one["task"] is None and not plan.kpi(one["kpi"]).traits.in_words
    ]
    found = []
    for one, row in zip(series, table_rows(series, plan, lang), strict=True):
        estimate = current.get(one["kpi"])
        place = STATES.index(estimate.state) if estimate else None
        found.append(
            {
                "row": row,
                "unit": unit_of(one, lang),
                "unit_code": one["unit"],
                "id": estimate and estimate.id,
                "value": estimate and number(estimate.value, lang, plan.kpi(one["kpi"]).decimals),
                "author": estimate and estimate.author,
                "reason": estimate and estimate.reason,
                "state": estimate and STATE[lang][estimate.state],
                "next": None if place is None or place + 1 == len(STATES) else STATES[place + 1],
            }
        )
    return found
