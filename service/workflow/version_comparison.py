"""Two versions of a plan compared: differences, and a sentence in each language."""

from __future__ import annotations

from functools import partial
from typing import Literal

from data.plans.changes import Change, bound_change, compare
from data.plans.kpi import ratio_factor
from data.plans.plan import Plan, PlanVersion
from models.targets.target import Target
from models.targets.task import Task
from service.projections.shape import Name, if_known, in_both
from service.projections.view import VersionView
from service.shapes.plans import TargetChange, TaskChange, VersionComparison
from service.texts import (
    COMPARE,
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
from service.workflow.plans import target_shape, task_shape

FIELDS = ("starts", "due", "steps", "of", "part", "obstacle", "judgement", "recognised_later")
Kind = Literal["added", "dropped", "changed"]


def comparison(plan: Plan, before: int, after: int) -> VersionComparison:
    """What was added, dropped and changed from one version to another.

    Raises
    ------
    UnknownVersion
        If the plan has no version of that number.
    """
    found = compare(plan, before, after)
    targets = [_target_change(plan, change) for change in found.targets]
    return VersionComparison(
        plan=plan.slug,
        before=_version(found.before),
        after=_version(found.after),
        added=tuple(one for one in targets if one.change == "added"),
        dropped=tuple(one for one in targets if one.change == "dropped"),
        changed=tuple(one for one in targets if one.change == "changed"),
        tasks=tuple(_task_change(plan, change) for change in found.tasks),
    )


def _version(version: PlanVersion) -> VersionView:
    return VersionView(number=version.number, adopted=version.adopted, document=version.document)


def _kind(change: Change[Target] | Change[Task]) -> Kind:
    if change.before is None:
        return "added"
    return "dropped" if change.after is None else "changed"


def _target_change(plan: Plan, change: Change[Target]) -> TargetChange:
    kpi, kind = plan.kpi(change.kpi), _kind(change)
    known = change.after or change.before
    assert known is not None
    bound = bound_change(change)
    return TargetChange(
        change=kind,
        kpi=kpi.slug,
        name=Name(vi=kpi.name_vi, en=kpi.name_en),
        unit=kpi.unit,
        level=known.level,
        period=known.period,
        before=if_known(change.before, partial(target_shape, kpi.slug)),
        after=if_known(change.after, partial(target_shape, kpi.slug)),
        difference=bound and bound[0],
        difference_percent=bound and bound[1],
        text=in_both(partial(_target_text, plan, change, kind)),
    )


def _target_text(plan: Plan, change: Change[Target], kind: Kind, lang: Lang) -> str:
    kpi = plan.kpi(change.kpi)
    known = change.after or change.before
    assert known is not None
    name = name_of(kpi, lang)
    period = period_name(known.period, lang)

    def bounds(target: Target | None) -> str:
        return "" if target is None else plain_bounds(target, kpi.unit, lang, kpi.decimals)

    return COMPARE[lang][f"target.{kind}"].format(
        what=f"{name} ({LEVEL[lang][known.level]}, {period})",
        old=bounds(change.before),
        new=bounds(change.after),
        by=_by(change, kpi.unit, kpi.decimals, lang),
    )


def _by(change: Change[Target], unit: str, decimals: int, lang: Lang) -> str:
    """The size of a change: ' (+18,2 %)'; for a growth target in percentage points."""
    bound = bound_change(change)
    if bound is None or not bound[0]:
        return ""
    difference, relative = bound
    if relative is not None and ratio_factor(unit) == 1.0:
        return f" ({signed_percent(relative, lang)})"
    sign = "+" if difference > 0 else ""
    on_growth = change.after is not None and change.after.form == "growth"
    on_growth = on_growth or ratio_factor(unit) != 1.0
    name = unit_name("percentage points" if on_growth else unit, lang)
    return f" ({sign}{number(difference, lang, 1 if on_growth else decimals)} {name})"


def _task_change(plan: Plan, change: Change[Task]) -> TaskChange:
    kpi, kind = plan.kpi(change.kpi), _kind(change)
    before = if_known(change.before, partial(task_shape, kpi.slug))
    after = if_known(change.after, partial(task_shape, kpi.slug))
    both = before is not None and after is not None
    fields = tuple(
        name for name in FIELDS if both and getattr(before, name) != getattr(after, name)
    )
    return TaskChange(
        change=kind,
        kpi=kpi.slug,
        name=Name(vi=kpi.name_vi, en=kpi.name_en),
        fields=fields,
        before=before,
        after=after,
        text=in_both(
            lambda lang: COMPARE[lang][f"task.{kind}"].format(
                what=name_of(kpi, lang),
                fields=", ".join(_field(name, change, lang) for name in fields),
            )
        ),
    )


def _field(name: str, change: Change[Task], lang: Lang) -> str:
    """The name of a changed field; for a date with the old and the new date."""
    words = COMPARE[lang][f"field.{name}"]
    if change.before is None or change.after is None or name not in ("starts", "due"):
        return words
    ends = (change.before, change.after)
    days = [one.starts if name == "starts" else one.due for one in ends]
    texts = [day_of(day, lang) if day else "–" for day in days]
    return f"{words} ({' → '.join(texts)})"
