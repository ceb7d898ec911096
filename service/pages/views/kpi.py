"""One KPI's page: its targets, what each quarter must bring, how the forecast came about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from data.plans.kpi import Kpi
from data.plans.plan import Plan
from data.sign_off.rows import sign_off
from data.sign_off.rules import STATES, Estimate
from data.vintages.demonstration import series_to_project
from models.errors import NoBundle, NoObservations
from models.kinds import traits_of
from models.series import Month
from models.targets.attainment import DEFAULT_THRESHOLDS
from service.analysis.history import history_of
from service.pages.views.quarters import period_rows
from service.pages.views.targets import growth_shown, share_shown
from service.projections.facts import Facts, facts_of
from service.projections.issue import Basis
from service.projections.tables import printed_lines, table_rows, task_rows
from service.state.app_state import AppState
from service.texts import (
    LEVEL,
    STATE,
    STATUS,
    TEXT,
    Lang,
    bounds,
    chance,
    day_of,
    month_name,
    number,
    percent,
    period_name,
    signed,
    signed_percent,
    unit_of,
    words_of,
)
from service.workflow.entries import log_of, progress_of
from training.backtest.scoreboard import ENSEMBLE, after_first_year

Json = Any  # until its readers ask a view by attribute
THRESHOLDS = (DEFAULT_THRESHOLDS.at_risk, DEFAULT_THRESHOLDS.on_track)


def kpi_content(
    app_state: AppState, plan: Plan, kpi: Kpi, day: date, lang: Lang
) -> dict[str, Any]:
    """What the page of a KPI says, in words and formatted figures.

    Raises
    ------
    NoBundle, NoObservations
        If the KPI is a series and nothing answers for that day.
    """
    (one,) = app_state.shown(plan.slug, day, kpi.slug)
    basis = app_state.basis(plan.slug, day)
    (facts,) = facts_of(plan, [one], basis.panel, day)
    (row,) = table_rows([one], plan, lang)
    try:
        series = series_to_project(basis.panel, kpi.slug, day)
    except NoObservations:
        series = None
    return {
        "one": one,
        "row": row,
        "unit": unit_of(one, lang),
        "of_plan": share_shown(facts.of_plan, lang),
        "on_period": growth_shown(facts.growth_to_date, lang),
        "cutoff": facts.cutoff and month_name(str(facts.cutoff), lang),
        "task": next(iter(task_rows([one], lang)), None),
        "steps": [_step(step, lang) for step in (one["task"] or {}).get("steps", ())],
        "remarks": [
            remark[lang]
            for said in ("assumptions", "missing")
            for remark in (one["task"] or {}).get(said, ())
        ],
        "progress": _progress(app_state, plan, kpi, day, lang) if one["task"] else [],
        "targets": [_target(target, one, kpi.decimals, lang) for target in one["targets"]],
        "periods": period_rows(facts, series, basis.version, lang),
        "months": _months(facts, lang),
        "charted": series is not None,
        "history": _history(app_state, plan, kpi, day, lang) if one["task"] is None else [],
        "method": _method(one, basis, kpi, lang) if one["projected"] else [],
        "accuracy": _accuracy(basis, kpi, facts.cutoff, lang),
        "printed": printed_lines(one, kpi.decimals, lang),
        "notes": _notes(app_state, plan, kpi, day, lang),
        "month": f"{day:%Y-%m}",
        **estimate_content(app_state, plan, kpi, day, lang),
    }


def _target(target: Json, one: Json, decimals: int, lang: Lang) -> dict[str, Any]:
    required = target["required"]
    return {
        "level": LEVEL[lang][target["level"]],
        "period": period_name(target["period"], lang),
        "bounds": bounds(target, lang, decimals),
        "set": _as_set(target, lang),
        "probability": chance(target["probability"], target["status"], lang),
        "code": target["status"],
        "status": STATUS[lang][target["status"]],
        "gap": signed(target["expected_gap"], lang, decimals),
        "pace": number(required["monthly_average"], lang, decimals) if required else "–",
        "pace_growth": _pace_growth(required, one["kind"], lang),
        "version": target["plan_version"],
        "source": target["source"],
        "reason": target["reason"] and target["reason"][lang],
    }


def _as_set(target: Json, lang: Lang) -> str:
    """A growth target as the plan has it: '+4,0% – +5,0%'; '' for an absolute one."""
    if target["form"] != "growth":
        return ""
    ends = [target[end] for end in ("lower", "upper") if target[end] is not None]
    return " – ".join(signed_percent(end, lang) for end in ends)


def _pace_growth(required: Json | None, kind: str, lang: Lang) -> str:
    if not required or traits_of(kind).outcome_is_rate or required["ratio_to_last_year"] is None:
        return ""
    growth = signed_percent((required["ratio_to_last_year"] - 1) * 100, lang)
    return TEXT[lang]["pace_on_year"].format(growth=growth)


def _months(facts: Facts, lang: Lang) -> list[dict[str, str]]:
    """The table behind the fan chart, for those who do not see it."""
    decimals = facts.kpi.decimals
    rows = []
    for month in facts.months:
        low, high = (month.quantiles.get(level) for level in ("0.1", "0.9"))
        band = f"{number(low, lang, decimals)} – {number(high, lang, decimals)}" if low else "–"
        rows.append(
            {
                "month": month_name(str(month.month), lang),
                "last_year": number(month.last_year, lang, decimals),
                "value": number(month.value, lang, decimals),
                "status": TEXT[lang][f"figure.{month.status}"],
                "band": band,
                "minimum": number(month.minimum, lang, decimals),
            }
        )
    return rows


def _history(
    app_state: AppState, plan: Plan, kpi: Kpi, day: date, lang: Lang
) -> list[dict[str, Any]]:
    points = history_of(app_state, plan.slug, kpi.slug, day.isoformat())["history"]
    return [
        {
            "month": month_name(point["as_of"][:7], lang),
            "probability": chance(point["probability"], point["status"], lang),
            "known": point["probability"] is not None,
            "code": point["status"],
            "status": STATUS[lang][point["status"]] if point["status"] else "",
            "median": number(point["median"], lang, kpi.decimals),
            "answered": point["reason"] is None,
        }
        for point in points
    ]


def _method(one: Json, basis: Basis, kpi: Kpi, lang: Lang) -> list[str]:
    """How the number was made, a sentence each."""
    text, method = TEXT[lang], one["method"]
    lines = []
    if method["name"] == ENSEMBLE and not isinstance(basis.bundle, NoBundle):
        learned = basis.bundle.bundle.learned.get(kpi.slug)
        known = int(one["cutoff"][5:7]) if one["cutoff"][:4] == str(one["year"]) else 0
        weights = learned.weights.get(known, {}) if learned else {}
        used = sorted((item for item in weights.items() if item[1] >= 0.005), key=_heaviest)
        if used:
            shown = [
                f"{text[f'candidate.{name}']} {percent(100 * w, lang, 0)}" for name, w in used
            ]
            lines.append(text["method.weights"].format(candidates=", ".join(shown)))
        else:
            lines.append(text["method.equal"])
    else:
        lines.append(text["method.alone"].format(method=text[f"annex.method.{method['name']}"]))
    if method["fallback"]:
        lines.append(text["method.fallback"])
    lines.append(
        text["method.model"].format(
            version=method["model_version"], day=day_of(one["as_of"], lang), stamp=one["stamp"]
        )
    )
    return lines


def _heaviest(item: tuple[str, float]) -> tuple[float, str]:
    return -item[1], item[0]


def _accuracy(basis: Basis, kpi: Kpi, cutoff: Month | None, lang: Lang) -> list[str]:
    """What the backtest says of this KPI's forecasts, a sentence each; none without one."""
    if isinstance(basis.bundle, NoBundle) or kpi.slug in basis.labelled:
        return []
    rows = after_first_year(basis.bundle.bundle.scores.frame())
    own = rows[(rows["kpi"] == kpi.slug) & (rows["method"] == ENSEMBLE)]
    known = cutoff.month if cutoff else 0
    at_month = own[own["months_known"] == known]
    if not len(at_month):
        return []
    years = sorted(int(year) for year in at_month["year"])
    inside = int(at_month["coverage_80"].sum())
    text = TEXT[lang]
    return [
        text["accuracy.error"].format(
            months=known,
            first=years[0],
            last=years[-1],
            error=percent(100 * float(at_month["annual_error"].mean()), lang),
            worst=percent(100 * float(at_month["annual_error"].max()), lang),
        ),
        text["accuracy.interval"].format(inside=inside, years=len(years)),
    ]


def _step(step: Json, lang: Lang) -> dict[str, Any]:
    judged = step["judgement"]
    return {
        "step": step["step"],
        "name": step["name"][lang],
        "due": day_of(step["due"], lang) if step["due"] else "–",
        "done_on": step["done_on"] and day_of(step["done_on"], lang),
        "overdue": step["overdue"],
        "judgement": percent(100 * judged["probability"], lang, 0) if judged else "–",
    }


def _progress(
    app_state: AppState, plan: Plan, kpi: Kpi, day: date, lang: Lang
) -> list[dict[str, Any]]:
    """What was reported about a task, newest first."""
    found = progress_of(app_state.store, plan.slug, kpi.slug, day)["progress"]
    return [{**one, "day": day_of(one["day"], lang)} for one in reversed(found)]


def _notes(
    app_state: AppState, plan: Plan, kpi: Kpi, day: date, lang: Lang
) -> list[dict[str, Any]]:
    """What planners wrote about the months up to the vintage's, newest month first."""
    entries = log_of(app_state.store, app_state.panel, plan.slug, kpi.slug)["log"]
    upto = [one for one in entries if one["month"] <= f"{day:%Y-%m}"]
    return [
        {
            "month": month_name(one["month"], lang),
            "text": words_of(one["text"], lang),
            "by": one["by"],
            "day": day_of(one["day"], lang),
            "source": one["source"],
        }
        for one in reversed(upto)
    ]


def estimate_content(
    app_state: AppState, plan: Plan, kpi: Kpi, day: date, lang: Lang
) -> dict[str, Any]:
    """The official estimate of the vintage's month, how far it is signed, and what comes next."""
    held = sign_off(app_state.store, plan.slug, Month(day.year, day.month))
    current = held.current.get(kpi.slug)
    return {
        "estimate": current and _estimate(current, kpi, lang),
        "states": [(state, STATE[lang][state]) for state in STATES],
    }


def _estimate(one: Estimate, kpi: Kpi, lang: Lang) -> dict[str, Any]:
    place = STATES.index(one.state)
    return {
        "id": one.id,
        "value": number(one.value, lang, kpi.decimals),
        "author": one.author,
        "reason": one.reason,
        "state": one.state,
        "place": place,
        "next": STATES[place + 1] if place + 1 < len(STATES) else None,
        "steps": steps_shown(one.steps, lang),
    }


def steps_shown(steps: Sequence[Any], lang: Lang) -> list[dict[str, str]]:
    """Who signed when, oldest first."""
    return [
        {
            "state": STATE[lang][step.state],
            "by": step.by,
            "at": day_of(step.at.date().isoformat(), lang),
            "note": step.note,
        }
        for step in steps
    ]
