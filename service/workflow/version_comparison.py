"""Two versions of a plan compared, in figures and in a sentence of each language."""

from __future__ import annotations

from typing import Any

from data.plans.changes import Change, bound_change, compare
from data.plans.plan import Plan, PlanVersion
from models.targets.target import Target
from models.targets.task import Task
from service.texts import (
    COMPARE,
    LANGUAGES,
    LEVEL,
    Lang,
    day_of,
    name_of,
    number,
    period_name,
    plain_bounds,
    signed_percent,
    unit_name,
)
from service.workflow.plans import target_json, task_json

Json = dict[str, Any]
FIELDS = ("starts", "due", "steps", "of", "part", "obstacle", "judgement", "recognised_later")


def comparison(plan: Plan, before: int, after: int) -> Json:
    """What was added, dropped and changed from one version to another.

    Raises
    ------
    UnknownVersion
        If the plan has no version of that number.
    """
    found = compare(plan, before, after)
    targets = [_target_change(plan, change) for change in found.targets]
    return {
        "plan": plan.slug,
        "from": _version(found.before),
        "to": _version(found.after),
        **{
            kind: [one for one in targets if one["change"] == kind]
            for kind in ("added", "dropped", "changed")
        },
        "tasks": [_task_change(plan, change) for change in found.tasks],
    }


def _version(version: PlanVersion) -> Json:
    return {
        "number": version.number,
        "adopted": version.adopted.isoformat(),
        "document": version.document,
    }


def _kind(change: Change[Target] | Change[Task]) -> str:
    if change.before is None:
        return "added"
    return "dropped" if change.after is None else "changed"


def _target_change(plan: Plan, change: Change[Target]) -> Json:
    kpi, kind = plan.kpi(change.kpi), _kind(change)
    known = change.after or change.before
    assert known is not None
    move = bound_change(change)
    return {
        "change": kind,
        "kpi": kpi.slug,
        "name": {"vi": kpi.name_vi, "en": kpi.name_en},
        "unit": kpi.unit,
        "level": known.level,
        "period": known.period,
        "before": None if change.before is None else target_json(kpi.slug, change.before),
        "after": None if change.after is None else target_json(kpi.slug, change.after),
        "difference": move and move[0],
        "difference_percent": move and move[1],
        "text": {lang: _target_text(plan, change, kind, lang) for lang in LANGUAGES},
    }


def _target_text(plan: Plan, change: Change[Target], kind: str, lang: Lang) -> str:
    kpi = plan.kpi(change.kpi)
    known = change.after or change.before
    assert known is not None
    name = name_of(kpi, lang)
    period = period_name(known.period, lang)

    def said(target: Target | None) -> str:
        return "" if target is None else plain_bounds(target, kpi.unit, lang, kpi.decimals)

    return COMPARE[lang][f"target.{kind}"].format(
        what=f"{name} ({LEVEL[lang][known.level]}, {period})",
        old=said(change.before),
        new=said(change.after),
        by=_by(change, kpi.unit, kpi.decimals, lang),
    )


def _by(change: Change[Target], unit: str, decimals: int, lang: Lang) -> str:
    """' (+18,2 %)'; of a growth target in percentage points."""
    move = bound_change(change)
    if move is None or not move[0]:
        return ""
    difference, relative = move
    if relative is not None:
        return f" ({signed_percent(relative, lang)})"
    sign = "+" if difference > 0 else ""
    on_growth = change.after is not None and change.after.form == "growth"
    name = unit_name("percentage points" if on_growth else unit, lang)
    return f" ({sign}{number(difference, lang, 1 if on_growth else decimals)} {name})"


def _task_change(plan: Plan, change: Change[Task]) -> Json:
    kpi, kind = plan.kpi(change.kpi), _kind(change)
    before, after = (
        None if task is None else task_json(kpi.slug, task)
        for task in (change.before, change.after)
    )
    fields = [name for name in FIELDS if before and after and before[name] != after[name]]
    return {
        "change": kind,
        "kpi": kpi.slug,
        "name": {"vi": kpi.name_vi, "en": kpi.name_en},
        "fields": fields,
        "before": before,
        "after": after,
        "text": {
            lang: COMPARE[lang][f"task.{kind}"].format(
                what=name_of(kpi, lang),
                fields=", ".join(_field(name, before, after, lang) for name in fields),
            )
            for lang in LANGUAGES
        },
    }


def _field(name: str, before: Json | None, after: Json | None, lang: Lang) -> str:
    """What changed, of a day with both."""
    words = COMPARE[lang][f"field.{name}"]
    if name not in ("starts", "due") or before is None or after is None:
        return words
    days = [day_of(one[name], lang) if one[name] else "–" for one in (before, after)]
    return f"{words} ({' → '.join(days)})"
