"""The what-if page: what can be supposed, and what came of it beside the projection."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from data.plans.plan import Plan
from models.errors import NoBundle, NoObservations
from service.analysis.scenarios import listed, saved
from service.state.app_state import AppState
from service.texts import (
    STATUS,
    TEXT,
    Lang,
    assigned,
    bounds,
    chance,
    day_of,
    month_name,
    name_of,
    number,
    signed,
    unit_name,
    unit_of,
)

Json = Any  # until its readers ask a view by attribute
SHAPES = ("percent", "absolute", "known", "event")
EVENTS = ("pulse", "step", "ramp")


def what_if_content(
    app_state: AppState, plan: Plan, day: date, chosen: int | None, lang: Lang
) -> dict[str, Any]:
    """The scenarios of a plan, a form to suppose another, and the one that is looked at.

    Raises
    ------
    NotFound
        If there is no scenario of the number chosen.
    """
    found = listed(app_state, plan.slug)
    try:
        projected = [one for one in app_state.shown(plan.slug, day) if _can_change(one)]
        problem = ""
    except (NoBundle, NoObservations) as reason:
        projected, problem = [], str(reason)
    ahead = {
        month["month"]
        for one in projected
        for month in one["months"]
        if month["status"] == "projected"
    }
    return {
        "problem": problem,
        "scenarios": [_short(one, plan, lang) for one in found["scenarios"]],
        "presets": [_preset(one, lang) for one in found["presets"]],
        "kpis": [(one["kpi"], one["name"][lang], unit_of(one, lang)) for one in projected],
        "months_ahead": [(month, month_name(month, lang)) for month in sorted(ahead)],
        "shapes": [(shape, TEXT[lang][f"lever.{shape}"]) for shape in SHAPES],
        "events": [(shape, TEXT[lang][f"event.{shape}"]) for shape in EVENTS],
        "shown": None
        if chosen is None
        else _detail(saved(app_state, plan.slug, chosen), plan, lang),
    }


def _can_change(one: Json) -> bool:
    """Whether any month of a KPI is still to come."""
    return one["task"] is None and any(month["quantiles"] for month in one["months"])


def _preset(one: Json, lang: Lang) -> dict[str, Any]:
    return {
        "preset": one["preset"],
        "name": one["name"][lang],
        "kpi": one["kpi"],
        "share": one["assumptions"].get("share"),
        "first_day": one["assumptions"].get("first_day"),
        "basis": one["basis"][lang],
    }


def _short(one: Json, plan: Plan, lang: Lang) -> dict[str, Any]:
    kpi = plan.kpi(one["kpi"])
    median, probability = one["median"], one["probability"]
    return {
        "id": one["id"],
        "name": one["name"],
        "as_of": day_of(one["as_of"], lang),
        "by": one["by"],
        "at": day_of(one["at"][:10], lang),
        "kpi": name_of(kpi, lang),
        "unit": unit_name(one["unit"], lang),
        "medians": [number(median[side], lang, kpi.decimals) for side in ("baseline", "scenario")],
        "chances": [chance(probability[side], "open", lang) for side in ("baseline", "scenario")],
    }


def _detail(one: Json, plan: Plan, lang: Lang) -> dict[str, Any]:
    """A scenario as it was saved, each KPI beside its projection."""
    return {
        "id": one["id"],
        "name": one["name"],
        "note": one["note"],
        "as_of": day_of(one["as_of"], lang),
        "by": one["by"],
        "at": day_of(one["at"][:10], lang),
        "notice": one["notice"][lang],
        "label": one["label"] and one["label"][lang],
        "assumptions": [
            {
                "name": told["name"][lang],
                "value": f"{number(told['value'], lang)} {unit_name(told['unit'], lang)}",
                "basis": told["basis"][lang],
            }
            for told in one["assumptions"]
        ],
        "results": [_result(told, plan, lang) for told in one["results"]],
    }


def _result(one: Json, plan: Plan, lang: Lang) -> dict[str, Any]:
    kpi = plan.kpi(one["kpi"])
    names = {part.slug: name_of(part, lang) for part in plan.kpis}
    change = one["difference"]
    points = change["probability"]
    return {
        "kpi": one["kpi"],
        "name": one["name"][lang],
        "unit": unit_of(one, lang),
        "moved_by": ", ".join(names[slug] for slug in one["moved_by"]),
        "baseline": _side(one["baseline"], kpi.decimals, lang),
        "scenario": _side(one["scenario"], kpi.decimals, lang),
        "difference": signed(change["median"], lang, kpi.decimals),
        "points": "–" if points is None else signed(100 * points, lang, 0),
        "months": _months(one, one["changed_months"], kpi.decimals, lang),
    }


def _side(one: Json, decimals: int, lang: Lang) -> dict[str, Any]:
    year, target = one["projected"], assigned({**one, "task": None})
    low, high = (number(year["quantiles"][level], lang, decimals) for level in ("0.1", "0.9"))
    return {
        "median": number(year["median"], lang, decimals),
        "interval": f"{low} – {high}",
        "target": bounds(target, lang, decimals) if target else "–",
        "probability": chance(one["probability"], one["status"], lang),
        "code": one["status"],
        "status": STATUS[lang][one["status"]],
    }


def _months(one: Json, changed: Sequence[str], decimals: int, lang: Lang) -> list[dict[str, str]]:
    """The months that were changed, before and after."""
    sides = [{month["month"]: month for month in one[side]["months"]} for side in _SIDES]
    return [
        {
            "month": month_name(month, lang),
            "baseline": number(sides[0][month]["median"], lang, decimals),
            "scenario": number(sides[1][month]["median"], lang, decimals),
        }
        for month in changed
    ]


_SIDES = ("baseline", "scenario")
