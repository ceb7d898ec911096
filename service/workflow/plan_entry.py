"""A plan made, amended or rolled over by a person who types or sends it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from data.accounts.bodies import HOUSE, bodies_of
from data.db.store import Store
from data.plans.plan import Plan, PlanVersion
from data.plans.roll_over import roll_over, target_drafts
from data.plans.rows import Saved, family_plans, load_plan, plan_slugs, save_plan
from data.readers.spreadsheet.cells import fold
from models.errors import InputError, InvalidPlan
from models.targets.target import Target
from service.rights.rules import Member, may
from service.shapes.plans import VersionComparison
from service.typed_numbers import places_of
from service.workflow.version_comparison import comparison


@dataclass(frozen=True)
class KpiRow:
    """A KPI with its target as typed in the form of a new plan, numbers read."""

    name: str
    unit: str
    kind: str
    comparator: str
    bound: float | None


def plan_document(
    name: str, body: str, year: int, adopted: str, document: str, rows: Sequence[KpiRow]
) -> Mapping[str, Any]:
    """A plan typed in a form, in the keys of a plan document."""
    slugs = _slugs(row.name for row in rows)
    targets = [
        {
            "kpi": slug,
            "comparator": row.comparator or "at_least",
            ("upper" if row.comparator == "at_most" else "lower"): row.bound,
            "source": document,
        }
        for slug, row in zip(slugs, rows, strict=True)
        if row.bound is not None
    ]
    kpis = [
        {
            "slug": slug,
            "name": {"vi": row.name},
            "unit": row.unit,
            "kind": row.kind,
            **({"decimals": places_of(row.bound)} if row.bound is not None else {}),
            **({"direction": "lower"} if row.comparator == "at_most" else {}),
        }
        for slug, row in zip(slugs, rows, strict=True)
    ]
    version = {"number": 1, "adopted": adopted, "document": document, "targets": targets}
    return {
        "plan": f"{slug_of(body) or 'plan'}-{year}",
        "body": body,
        "name": {"vi": name},
        "kpis": kpis,
        "versions": [version] if adopted or document or targets else [],
    }


def slug_of(name: str) -> str:
    """A code from a name: 'Sở Công Thương' → 'so_cong_thuong'."""
    return re.sub(r"[^a-z0-9]+", "_", fold(name)).strip("_")[:40]


def _slugs(names: Iterable[str]) -> list[str]:
    taken: list[str] = []
    for name in names:
        base = slug_of(name) or "kpi"
        numbered = (f"{base}_{number}" for number in range(2, 1000))
        taken.append(base if base not in taken else next(n for n in numbered if n not in taken))
    return taken


def save(store: Store, plan: Plan, by: str, member: Member) -> Saved:
    """Save a plan for the body of who sends it.

    Raises
    ------
    InvalidPlan
        If its family belongs to others, or it contradicts what was saved.
    """
    refuse_others(store, plan, member)
    known = plan.family in bodies_of(store).of_family
    return save_plan(store, plan, by, None if known else member.body or HOUSE)


def refuse_others(store: Store, plan: Plan, member: Member) -> None:
    """Raise `InvalidPlan` if who sends a plan may not change its family."""
    bodies = bodies_of(store)
    if plan.family in bodies.of_family and not may(member, "entry", plan.family, bodies):
        raise InvalidPlan(
            "the code '{slug}' cannot be used here; choose another for the plan.", slug=plan.slug
        )


def known_plan(store: Store, slug: str) -> Plan | None:
    """A plan that is saved already; None if it is new."""
    return load_plan(store, slug) if slug in plan_slugs(store) else None


def new_versions(before: Plan | None, after: Plan) -> tuple[PlanVersion, ...]:
    """The versions that a document adds."""
    taken = {version.number for version in before.versions} if before else set()
    return tuple(version for version in after.versions if version.number not in taken)


def version_changes(plan: Plan, version: PlanVersion) -> VersionComparison | None:
    """What a version that is not saved yet changes of the last one; None for the first."""
    if not plan.versions:
        return None
    both = replace(plan, versions=(*plan.versions, version))
    newest = max(plan.versions, key=lambda one: (one.adopted, one.number))
    return comparison(both, newest.number, version.number)


@dataclass(frozen=True)
class TargetRow:
    """A target to be amended or filled in: its KPI, and the target as it stands.

    `target` has no bound that counts where `filled` is false.
    """

    kpi: str
    target: Target
    filled: bool
    period: str


def target_rows(store: Store, plan: Plan) -> tuple[TargetRow, ...]:
    """The targets of the newest version; without any those of last year, to be filled in.

    KPIs that take figures and have no target come last, to be given one.
    """
    found: list[TargetRow] = []
    if plan.versions:
        newest = max(plan.versions, key=lambda one: (one.adopted, one.number))
        found = [TargetRow(kpi, one, True, one.period) for kpi, one in newest.targets]
    elif earlier := _year_before(store, plan):
        slugs = {kpi.slug for kpi in plan.kpis}
        found = [
            TargetRow(
                one.kpi,
                Target(
                    one.comparator, 0.0, 0.0, one.form, one.level, one.period, one.owner, one.role
                ),
                False,
                one.period,
            )
            for one in target_drafts(earlier)
            if one.kpi in slugs
        ]
    given = {row.kpi for row in found}
    found += [
        TargetRow(kpi.slug, Target("at_least", 0.0), False, "year")
        for kpi in plan.kpis
        if kpi.slug not in given and kpi.traits.has_months
    ]
    return tuple(found)


def _year_before(store: Store, plan: Plan) -> Plan | None:
    known = [load_plan(store, slug) for slug in family_plans(store, plan.family)]
    earlier = [one for one in known if one.year < plan.year and one.versions]
    return max(earlier, key=lambda one: one.year, default=None)


def next_year(store: Store, slug: str, year: int, by: str) -> Plan:
    """Make and save the plan of a later year: the same KPIs, no targets yet.

    Raises
    ------
    InvalidPlan
        If the year is not later.
    InputError
        If there is a plan of that year already.
    """
    new = roll_over(load_plan(store, slug), year)
    if new.slug in plan_slugs(store):
        raise InputError(
            "there is a plan '{slug}' already; expected a year without one.", slug=new.slug
        )
    save_plan(store, new, by)
    return new
