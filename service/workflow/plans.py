"""Plans as people and programs read them, and new versions of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from data.db.store import Store
from data.plans.kpi import Kpi
from data.plans.plan import Plan, PlanVersion
from data.plans.rows import load_plan, save_plan
from data.vintages.demonstration import labelled
from data.vintages.panel_rows import PanelOf
from data.vintages.rows import vintages_of
from models.errors import InvalidPlan
from models.targets.target import Target
from models.targets.task import Task
from service.texts import label_of


def summary(store: Store, panel_of: PanelOf, plan: Plan) -> dict[str, Any]:
    """One plan in short."""
    vintages = vintages_of(store, plan.family)
    return {
        "plan": plan.slug,
        "family": plan.family,
        "year": plan.year,
        "body": plan.body,
        "name": {"vi": plan.name_vi, "en": plan.name_en},
        "label": label_of(plan, demonstrates(plan, panel_of)),
        "note": plan.note,
        "kpi_count": len(plan.kpis),
        "version_count": len(plan.versions),
        "newest_vintage": vintages[-1].isoformat() if vintages else None,
    }


def demonstrates(plan: Plan, panel_of: PanelOf) -> bool:
    """Whether answers of the plan, with the newest figures of its year, are a demonstration."""
    if not any(kpi.demonstration for kpi in plan.kpis):
        return False
    panel = panel_of(plan.family)
    within = [day for day in panel.vintages() if day.year <= plan.year]
    return bool(within and labelled(panel, [kpi.slug for kpi in plan.kpis], within[-1]))


def detail(store: Store, panel_of: PanelOf, plan: Plan) -> dict[str, Any]:
    """One plan with its KPIs and versions."""
    return summary(store, panel_of, plan) | {
        "kpis": [_kpi(kpi) for kpi in plan.kpis],
        "versions": [version_json(version) for version in plan.versions],
    }


def version_json(version: PlanVersion) -> dict[str, Any]:
    """One version with its targets."""
    return {
        "number": version.number,
        "adopted": version.adopted.isoformat(),
        "document": version.document,
        "note": version.note,
        "targets": [target_json(kpi, target) for kpi, target in version.targets],
        "tasks": [task_json(kpi, task) for kpi, task in version.tasks],
    }


def add_version(store: Store, slug: str, data: Mapping[str, Any], by: str) -> PlanVersion:
    """Add a version to a plan.

    Parameters
    ----------
    slug : of the plan
    data : the version with the keys of a plan document (docs/plans_and_files.md);
        without 'number' it becomes the next one
    by : who adds it

    Raises
    ------
    UnreadableFile
        With the place of the first problem, such as targets[2].lower.
    InvalidPlan
        If that number is taken.
    """
    from data.readers.plan_document.file import read_version  # which loads openpyxl

    plan = load_plan(store, slug)
    taken = [version.number for version in plan.versions]
    given = {"number": max(taken, default=0) + 1, **data}
    version = read_version(given, plan.kpis, plan.year)
    if version.number in taken:
        raise InvalidPlan(
            f"plan '{slug}' has a version {version.number} already, and a saved version never "
            f"changes; expected number {max(taken) + 1}, or none."
        )
    save_plan(store, replace(plan, versions=(*plan.versions, version)), by)
    return version


def _kpi(kpi: Kpi) -> dict[str, Any]:
    return {
        "kpi": kpi.slug,
        "name": {"vi": kpi.name_vi, "en": kpi.name_en},
        "unit": kpi.unit,
        "kind": kpi.kind,
        "direction": kpi.direction,
        "decimals": kpi.decimals,
        "parent": kpi.parent,
        "source": kpi.source,
        "price_basis": kpi.price_basis,
        "scope": kpi.scope,
        "dimensions": dict(kpi.dimensions),
        "parts": list(kpi.parts),
        "index": kpi.index,
        "indicator": kpi.indicator,
        "demonstration": kpi.demonstration,
    }


def target_json(kpi: str, target: Target) -> dict[str, Any]:
    """A target as a plan has it."""
    return {"kpi": kpi, **vars(target)}


def task_json(kpi: str, task: Task) -> dict[str, Any]:
    """A task as a plan has it."""
    return {
        "kpi": kpi,
        **vars(task),
        "starts": task.starts and task.starts.isoformat(),
        "due": task.due and task.due.isoformat(),
        "steps": [
            {
                "step": step.slug,
                "name": {"vi": step.name_vi, "en": step.name_en},
                "due": step.due and step.due.isoformat(),
                "judgement": step.judgement,
            }
            for step in task.steps
        ],
    }
