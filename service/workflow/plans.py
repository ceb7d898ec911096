"""Views of plans, and adding versions to them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from data.db.store import Store
from data.plans.kpi import Kpi
from data.plans.plan import Plan, PlanVersion
from data.plans.rows import load_plan, save_plan
from data.vintages.observation import UNDATED
from data.vintages.panel_rows import PanelOf
from data.vintages.rows import vintages_of
from models.errors import InvalidPlan
from models.targets.target import Target
from models.targets.task import Task
from service.projections.shape import Name, if_known
from service.shapes.plans import (
    KpiShape,
    PlanDetail,
    PlannedStep,
    PlanSummary,
    TargetShape,
    TaskShape,
    VersionShape,
)
from service.texts import label_of


def summary(store: Store, panel_of: PanelOf, plan: Plan) -> PlanSummary:
    """The summary of a plan."""
    vintages = vintages_of(store, plan.family)
    return PlanSummary(
        plan=plan.slug,
        family=plan.family,
        year=plan.year,
        body=plan.body,
        name=Name(vi=plan.name_vi, en=plan.name_en),
        label=if_known(label_of(plan, has_illustrative(plan, panel_of)), Name.model_validate),
        note=plan.note,
        kpi_count=len(plan.kpis),
        version_count=len(plan.versions),
        newest_vintage=vintages[-1] if vintages else None,
    )


def has_illustrative(plan: Plan, panel_of: PanelOf, day: date | None = None) -> bool:
    """Whether a KPI of a plan has illustrative figures on a day; default any day."""
    known = panel_of(plan.family).illustrative(day or UNDATED)
    return not known.isdisjoint(kpi.slug for kpi in plan.kpis)


def detail(store: Store, panel_of: PanelOf, plan: Plan) -> PlanDetail:
    """One plan with its KPIs and versions."""
    return PlanDetail(
        **vars(summary(store, panel_of, plan)),
        kpis=tuple(_kpi(kpi) for kpi in plan.kpis),
        versions=tuple(version_shape(version) for version in plan.versions),
    )


def version_shape(version: PlanVersion) -> VersionShape:
    """One version with its targets and tasks."""
    return VersionShape(
        number=version.number,
        adopted=version.adopted,
        document=version.document,
        note=version.note,
        targets=tuple(target_shape(kpi, target) for kpi, target in version.targets),
        tasks=tuple(task_shape(kpi, task) for kpi, task in version.tasks),
    )


def add_version(store: Store, slug: str, data: Mapping[str, Any], by: str) -> PlanVersion:
    """Add a version to a plan.

    Parameters
    ----------
    slug : of the plan
    data : the version with the keys of a plan document (docs/plans_and_files.md);
        default number: the next
    by : who adds it

    Raises
    ------
    UnreadableFile
        Names the place of the first problem, such as targets[2].lower.
    InvalidPlan
        If there is a version of that number.
    """
    from data.readers.plan_document.file import read_version  # which loads openpyxl

    plan = load_plan(store, slug)
    taken = [version.number for version in plan.versions]
    given = {"number": max(taken, default=0) + 1, **data}
    version = read_version(given, plan.kpis, plan.year)
    if version.number in taken:
        raise InvalidPlan(
            "plan '{slug}' already has a version {number}, and a saved version never "
            "changes; expected number {next}, or no number.",
            slug=slug,
            number=version.number,
            next=max(taken) + 1,
        )
    save_plan(store, replace(plan, versions=(*plan.versions, version)), by)
    return version


def _kpi(kpi: Kpi) -> KpiShape:
    return KpiShape(
        kpi=kpi.slug,
        name=Name(vi=kpi.name_vi, en=kpi.name_en),
        unit=kpi.unit,
        kind=kpi.kind,
        direction=kpi.direction,
        decimals=kpi.decimals,
        parent=kpi.parent,
        source=kpi.source,
        price_basis=kpi.price_basis,
        scope=kpi.scope,
        dimensions=kpi.dimensions,
        parts=kpi.parts,
        printed_parts=kpi.printed_parts,
        contains=kpi.contains,
        index=kpi.index,
        indicator=kpi.indicator,
    )


def target_shape(kpi: str, target: Target) -> TargetShape:
    """The shape of a target."""
    return TargetShape(kpi=kpi, **vars(target))


def task_shape(kpi: str, task: Task) -> TaskShape:
    """The shape of a task."""
    return TaskShape(
        kpi=kpi,
        starts=task.starts,
        due=task.due,
        of=task.of,
        part=task.part,
        obstacle=task.obstacle,
        judgement=task.judgement,
        recognised_later=task.recognised_later,
        steps=tuple(
            PlannedStep(
                step=step.slug,
                name=Name(vi=step.name_vi, en=step.name_en),
                due=step.due,
                judgement=step.judgement,
            )
            for step in task.steps
        ),
    )
