"""The why page: why performance moved, and, quite apart from it, why the forecast moved."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from data.plans.entries import log_of
from data.plans.plan import Plan
from models.errors import NoBundle, NoObservations
from models.series import Month
from service.analysis.changes import PARTS, changes
from service.analysis.contributions import contributions
from service.projections.shape import encode
from service.state.app_state import JSON_TYPE, AppState, Body, tag_of
from service.texts import (
    CHANGE,
    FIGURE,
    STATUS,
    TEXT,
    Lang,
    chance,
    day_of,
    month_name,
    name_of,
    number,
    signed,
    signed_percent,
    unit_name,
    words_of,
)

Json = Any  # until its readers ask a view by attribute


def why_content(
    app_state: AppState, plan: Plan, before: date | None, after: date, every: bool, lang: Lang
) -> dict[str, Any]:
    """Both answers of the why page.

    Parameters
    ----------
    before : the vintage that the forecast is compared with; default the end of the
        month before `after`'s
    after : the vintage shown
    every : of all KPIs; else of those with a target, which takes less time
    """
    since = before or after.replace(day=1) - timedelta(days=1)
    problem = ""
    moved: list[dict[str, Any]] = []
    chosen = [kpi for kpi in plan.kpis if not kpi.traits.in_words]
    version = plan.version_on(after)
    aimed = [kpi for kpi in chosen if version and version.targets_of(kpi.slug)]
    try:
        for kpi in chosen if every or not aimed else aimed:
            moved.append(_moved(_change_of(app_state, plan.slug, since, after, kpi.slug), lang))
    except (NoBundle, NoObservations) as reason:
        problem = str(reason)
    return {
        "since": day_of(since.isoformat(), lang),
        "since_month": f"{since:%Y-%m}",
        "moved": [one for one in moved if one["known"]],
        "more": len(moved) < len(chosen) and not problem,
        "still": [one["name"] for one in moved if not one["known"]],
        "parts": [CHANGE[lang][f"part.{part}"] for part in PARTS],
        "no_change": problem,
        "performance": _performance(app_state, plan, after, lang),
        "causes": _causes(app_state, plan, after, lang),
    }


def _change_of(app_state: AppState, plan: str, since: date, after: date, kpi: str) -> Json:
    """One KPI's change; kept like the route's answer, because it is computed slowly."""

    def make() -> Body:
        content = changes(app_state, plan, since, after, kpi)
        stamps = content["changes"][0]["stamp"]
        tag = tag_of([stamps["from"], stamps["to"]], "-changes")
        return Body(encode(content), JSON_TYPE, tag)

    key = ("changes", since.isoformat(), after.isoformat(), kpi)
    found: Json = json.loads(app_state.body(plan, key, make).content)["changes"][0]
    return found


def _moved(one: Json, lang: Lang) -> dict[str, Any]:
    """One KPI's change: the sentence, both ends, and what each part adds."""
    target = next((t for t in one["targets"] if t["probability"]["change"] is not None), None)
    year = one["projected"]
    rows = []
    if target is not None:
        chances, status = target["probability"], target["status"]
        rows.append(
            {
                "what": TEXT[lang]["probability"],
                "from": chance(chances["from"], status["from"] or "", lang),
                "to": chance(chances["to"], status["to"] or "", lang),
                "change": _points(chances["change"], lang),
                "parts": [_points(value, lang) for value in _by_part(chances)],
            }
        )
    if year["change"] is not None:
        digits = 1 if one["unit"] == "%" or abs(year["to"]) < 1000 else 0
        rows.append(
            {
                "what": f"{TEXT[lang]['projected_year']}, {unit_name(one['unit'], lang)}",
                "from": number(year["from"], lang, digits),
                "to": number(year["to"], lang, digits),
                "change": signed(year["change"], lang, digits),
                "parts": [signed(value, lang, digits) for value in _by_part(year)],
            }
        )
    status = one["status"]["to"]
    return {
        "kpi": one["kpi"],
        "name": one["name"][lang],
        "label": one["label"] and one["label"][lang],
        "sentence": one["sentence"][lang],
        "rows": rows,
        "known": bool(rows),
        "code": status,
        "status": STATUS[lang][status] if status else "",
    }


def _by_part(split: Json) -> list[float]:
    """The change of each of `PARTS`; what new random numbers alone did goes to the month."""
    told = {part["part"]: part["change"] for part in split["parts"]}
    rest = sum(value for part, value in told.items() if part not in PARTS)
    values = [told.get(part, 0.0) for part in PARTS]
    return [*values[:-1], values[-1] + rest]


def _points(fraction: float, lang: Lang) -> str:
    return signed(100 * fraction, lang, 1)


def _performance(app_state: AppState, plan: Plan, day: date, lang: Lang) -> list[dict[str, Any]]:
    """The KPIs that have components, each breakdown as a table."""
    basis = app_state.basis(plan.slug, day)
    found = []
    for kpi in plan.kpis:
        told = contributions(basis, kpi.slug)
        if not told["breakdowns"]:
            continue
        found.append(
            {
                "kpi": kpi.slug,
                "name": told["name"][lang],
                "label": told["label"] and told["label"][lang],
                "unit": unit_name(told["unit"], lang),
                "growth": signed_percent(told["growth"], lang),
                "through": month_name(told["cutoff"], lang),
                "sentence": told["sentence"] and told["sentence"][lang],
                "breakdowns": [_breakdown(one, told, kpi.decimals, lang) for one in _told(told)],
            }
        )
    return found


def _told(found: Json) -> Sequence[Json]:
    """The breakdowns of which any component is known."""
    return [one for one in found["breakdowns"] if one["parts"]]


def _breakdown(one: Json, whole: Json, decimals: int, lang: Lang) -> dict[str, Any]:
    rows = [
        {
            "name": part["name"][lang],
            "kpi": part["kpi"],
            "to_date": number(part["to_date"], lang, decimals),
            "before": number(part["same_period"], lang, decimals),
            "status": FIGURE[lang][part["data_status"]] if part["data_status"] else "",
            "growth": signed_percent(part["growth"], lang),
            "points": signed(part["contribution"], lang, 1),
        }
        for part in one["parts"]
    ]
    rest = one["remainder"]
    return {
        "rows": rows,
        "remainder": {
            "name": rest["name"][lang],
            "points": signed(rest["contribution"], lang, 1),
        },
        "total": {
            "to_date": number(whole["to_date"], lang, decimals),
            "before": number(whole["same_period"], lang, decimals),
            "growth": signed_percent(whole["growth"], lang),
            "points": signed(whole["growth"], lang, 1),
        },
        "left_out": [f"{left['name'][lang]}: {left['reason'][lang]}" for left in one["left_out"]],
    }


def _causes(app_state: AppState, plan: Plan, day: date, lang: Lang) -> list[dict[str, str]]:
    """What the officers in charge said of the month: notes of KPIs, in the plan's order."""
    place = {kpi.slug: number for number, kpi in enumerate(plan.kpis)}
    month = Month(day.year, day.month)
    notes = [
        one
        for one in log_of(app_state.store, plan.slug)
        if one.month == month and one.kpi in place
    ]
    return [
        {
            "kpi": one.kpi,
            "name": name_of(plan.kpi(one.kpi), lang),
            "text": words_of({"vi": one.text_vi, "en": one.text_en}, lang),
            "by": one.by,
        }
        for one in sorted(notes, key=lambda note: (place[note.kpi], note.day))
    ]
