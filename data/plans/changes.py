"""What changed from one version of a plan to another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from data.plans.plan import Plan, PlanVersion, bare
from models.errors import UnknownVersion
from models.targets.target import Target
from models.targets.task import Task

What = TypeVar("What", Target, Task)


@dataclass(frozen=True)
class Change(Generic[What]):
    """A target or a task before and after: None before it was added, None after it was dropped."""

    kpi: str
    before: What | None
    after: What | None


@dataclass(frozen=True)
class Changes:
    """All differences between two versions, in the order of the plan's KPIs."""

    before: PlanVersion
    after: PlanVersion
    targets: tuple[Change[Target], ...]
    tasks: tuple[Change[Task], ...]


def compare(plan: Plan, before: int, after: int) -> Changes:
    """What changed from version number `before` to version number `after`.

    KPI, level and period identify a target; it has changed if its comparator, form,
    bounds, owner or role differ. Basis and source are not compared.

    Raises
    ------
    UnknownVersion
        If the plan has no version of that number.
    """
    old, new = version_of(plan, before), version_of(plan, after)
    order = [kpi.slug for kpi in plan.kpis]
    targets = _changes(_targets(old), _targets(new))
    tasks = _changes(_tasks(old), _tasks(new))
    return Changes(
        old,
        new,
        tuple(sorted(targets, key=lambda change: order.index(change.kpi))),
        tuple(sorted(tasks, key=lambda change: order.index(change.kpi))),
    )


def version_of(plan: Plan, number: int) -> PlanVersion:
    """The version of that number; raise `UnknownVersion`."""
    for version in plan.versions:
        if version.number == number:
            return version
    known = ", ".join(str(version.number) for version in plan.versions) or "none"
    raise UnknownVersion(
        "plan '{slug}' has no version {number}; there is {known}.",
        slug=plan.slug,
        number=number,
        known=known,
    )


def bound_change(change: Change[Target]) -> tuple[float, float | None] | None:
    """Change of the deciding bound: absolute, and in per cent of the old bound.

    A growth target changes in percentage points and has no per cent. None if either
    side has no bound, or their forms differ.
    """
    if change.before is None or change.after is None or change.before.form != change.after.form:
        return None
    old, new = change.before.deciding, change.after.deciding
    if old is None or new is None:
        return None
    relative = None if change.after.form == "growth" or not old else 100 * (new / old - 1)
    return new - old, relative


def _targets(version: PlanVersion) -> dict[tuple[str, ...], Target]:
    return {(slug, target.level, target.period): bare(target) for slug, target in version.targets}


def _tasks(version: PlanVersion) -> dict[tuple[str, ...], Task]:
    return {(slug,): task for slug, task in version.tasks}


def _changes(
    old: Mapping[tuple[str, ...], What], new: Mapping[tuple[str, ...], What]
) -> list[Change[What]]:
    return [
        Change(key[0], old.get(key), new.get(key))
        for key in dict.fromkeys((*old, *new))
        if old.get(key) != new.get(key)
    ]
