"""Two versions of a plan compared, in figures and in a sentence of each language."""

from __future__ import annotations

from typing import Any

from data.plan import Plan, PlanVersion
from data.plan_changes import Change, compare, moved
from models.target import Target
from models.task import Task
from service.plans import target_json, task_json
from service.texts import (
    LEVEL,
    PERIOD,
    Lang,
    day_of,
    number,
    plain_bounds,
    signed_percent,
    unit_name,
)

Json = dict[str, Any]
_LANGUAGES: tuple[Lang, ...] = ("vi", "en")
_TARGET = {
    "added": {"vi": "Thêm {what}: {new}.", "en": "Added {what}: {new}."},
    "dropped": {"vi": "Bỏ {what}: {old}.", "en": "Dropped {what}: {old}."},
    "changed": {"vi": "{what}: {old} → {new}{by}.", "en": "{what}: {old} → {new}{by}."},
}
_TASK = {
    "added": {"vi": "Thêm nhiệm vụ {what}.", "en": "Added the task {what}."},
    "dropped": {"vi": "Bỏ nhiệm vụ {what}.", "en": "Dropped the task {what}."},
    "changed": {"vi": "Nhiệm vụ {what}: đổi {fields}.", "en": "Task {what}: changed {fields}."},
}
_FIELDS = {
    "starts": {"vi": "ngày bắt đầu", "en": "its start"},
    "due": {"vi": "hạn", "en": "its deadline"},
    "steps": {"vi": "các bước", "en": "its steps"},
    "of": {"vi": "danh sách", "en": "its list"},
    "part": {"vi": "phần việc của mình", "en": "our part"},
    "obstacle": {"vi": "vướng mắc", "en": "the obstacle"},
    "judgement": {"vi": "tự đánh giá", "en": "the judgement"},
    "recognised_later": {"vi": "cách công nhận", "en": "how it is recognised"},
}


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
    move = moved(change)
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
        "text": {lang: _target_text(plan, change, kind, lang) for lang in _LANGUAGES},
    }


def _target_text(plan: Plan, change: Change[Target], kind: str, lang: Lang) -> str:
    kpi = plan.kpi(change.kpi)
    known = change.after or change.before
    assert known is not None
    name = kpi.name_vi if lang == "vi" else kpi.name_en
    period = PERIOD[lang].get(known.period, known.period)

    def said(target: Target | None) -> str:
        return "" if target is None else plain_bounds(target, kpi.unit, lang, kpi.decimals)

    return _TARGET[kind][lang].format(
        what=f"{name} ({LEVEL[lang][known.level]}, {period})",
        old=said(change.before),
        new=said(change.after),
        by=_by(change, kpi.unit, kpi.decimals, lang),
    )


def _by(change: Change[Target], unit: str, decimals: int, lang: Lang) -> str:
    """' (+18,2 %)'; of a growth target in percentage points."""
    move = moved(change)
    if move is None or not move[0]:
        return ""
    difference, relative = move
    if relative is not None:
        return f" ({signed_percent(relative, lang)})"
    sign = "+" if difference > 0 else ""
    points = {"vi": "điểm phần trăm", "en": "percentage points"}[lang]
    on_growth = change.after is not None and change.after.form == "growth"
    shown = points if on_growth else unit_name(unit, lang)
    return f" ({sign}{number(difference, lang, 1 if on_growth else decimals)} {shown})"


def _task_change(plan: Plan, change: Change[Task]) -> Json:
    kpi, kind = plan.kpi(change.kpi), _kind(change)
    before, after = (
        None if task is None else task_json(kpi.slug, task)
        for task in (change.before, change.after)
    )
    fields = [name for name in _FIELDS if before and after and before[name] != after[name]]
    return {
        "change": kind,
        "kpi": kpi.slug,
        "name": {"vi": kpi.name_vi, "en": kpi.name_en},
        "fields": fields,
        "before": before,
        "after": after,
        "text": {
            lang: _TASK[kind][lang].format(
                what=kpi.name_vi if lang == "vi" else kpi.name_en,
                fields=", ".join(_field(name, before, after, lang) for name in fields),
            )
            for lang in _LANGUAGES
        },
    }


def _field(name: str, before: Json | None, after: Json | None, lang: Lang) -> str:
    """What changed, of a day with both."""
    words = _FIELDS[name][lang]
    if name not in ("starts", "due") or before is None or after is None:
        return words
    days = [day_of(one[name], lang) if one[name] else "–" for one in (before, after)]
    return f"{words} ({' → '.join(days)})"
