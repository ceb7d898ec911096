"""Rolling a plan over into the next year.

Carried over: the KPIs with their definitions (units, parents, parts, source rows)
and their history, since both belong to the plan family. Not carried over: versions,
targets, dates of adoption and the label. Next year's targets are not adopted yet,
so the new plan has no version, and every KPI is projected without a target until
version 1 is imported. `target_drafts` drafts the targets of version 1 (the same
KPIs, comparators, levels, owners and roles) without their bounds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from data.plans.plan import Plan
from models.errors import InvalidPlan
from models.targets.target import Comparator, TargetForm, TargetLevel


@dataclass(frozen=True)
class TargetDraft:
    """A target to be completed by a person: everything but bounds, basis and source."""

    kpi: str
    comparator: Comparator
    form: TargetForm
    level: TargetLevel
    period: str
    owner: str
    role: str


def roll_over(plan: Plan, year: int) -> Plan:
    """The plan of a later year with the same KPIs and no targets yet.

    Parameters
    ----------
    plan : the plan to start from
    year : int, later than the plan's

    Returns
    -------
    Plan of the same family, without versions; its note says where it came from
    and which targets wait to be filled in.

    Raises
    ------
    InvalidPlan
        If `year` is not later than the plan's.
    """
    if year <= plan.year:
        raise InvalidPlan(
            "a plan rolls over into a later year: expected a year after {year}, found "
            "{given}. Give the year of the new plan.",
            year=plan.year,
            given=year,
        )
    waiting = ", ".join(dict.fromkeys(draft.kpi for draft in target_drafts(plan)))
    note = f"Rolled over from {plan.slug}: KPIs carried over, no targets adopted yet."
    if waiting:
        note += f" Targets to be filled in: {waiting}."
    return replace(
        plan,
        slug=f"{plan.family}-{year}",
        year=year,
        name_vi=_in_year(plan.name_vi, plan.year, year),
        name_en=_in_year(plan.name_en, plan.year, year),
        versions=(),
        label=None,
        note=note,
    )


def target_drafts(plan: Plan) -> tuple[TargetDraft, ...]:
    """Drafts of the next plan's targets, from the last version of this plan.

    A period that names the plan's year (such as '2021H2') is left blank, like the
    bounds.
    """
    if not plan.versions:
        return ()
    newest = max(plan.versions, key=lambda version: (version.adopted, version.number))
    return tuple(
        TargetDraft(
            kpi,
            target.comparator,
            target.form,
            target.level,
            "" if str(plan.year) in target.period else target.period,
            target.owner,
            target.role,
        )
        for kpi, target in newest.targets
    )


def _in_year(name: str, old: int, new: int) -> str:
    """A plan's name with its year replaced; other numbers stay."""
    return re.sub(rf"(?<!\d){old}(?!\d)", str(new), name)
