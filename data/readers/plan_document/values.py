"""The parts of a plan as plain values by field name, for writing them to a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

from data.plans.kpi import Kpi, RowSelector
from data.plans.plan import Plan, PlanVersion
from data.plans.roll_over import TargetDraft
from models.targets.attainment import DEFAULT_THRESHOLDS
from models.targets.target import Target
from models.targets.task import Step, Task

_USUAL = asdict(DEFAULT_THRESHOLDS)

Values = Mapping[str, object]


def plan_values(plan: Plan) -> Values:
    return {
        "plan": plan.slug,
        "body": plan.body,
        "name_vi": plan.name_vi,
        "name_en": plan.name_en,
        "label": plan.label,
        "note": plan.note,
        **{
            name: value for name, value in asdict(plan.thresholds).items() if value != _USUAL[name]
        },
    }


def kpi_values(kpi: Kpi) -> Values:
    return {
        "slug": kpi.slug,
        "name_vi": kpi.name_vi,
        "name_en": kpi.name_en,
        "unit": kpi.unit,
        "kind": kpi.kind,
        "direction": kpi.direction,
        "decimals": kpi.decimals,
        "parent": kpi.parent,
        "parts": list(kpi.parts),
        "printed_parts": _printed_parts(kpi),
        "contains": [" + ".join(others) for others in kpi.contains],
        "numerator": kpi.numerator,
        "denominator": kpi.denominator,
        "index": kpi.index,
        "price_basis": kpi.price_basis,
        "scope": kpi.scope,
        "dimensions": dict(kpi.dimensions),
        "source": kpi.source,
        "indicator": kpi.indicator,
    }


def _printed_parts(kpi: Kpi) -> list[str]:
    """A single breakdown part by part; several as sums, as `PlanBuilder.printed_parts` reads."""
    if len(kpi.printed_parts) == 1:
        return list(kpi.printed_parts[0])
    return [" + ".join(parts) for parts in kpi.printed_parts]


def row_values(row: RowSelector) -> Values:
    return {
        "table": row.table,
        "names": list(row.names),
        "quantity": row.quantity,
        "occurrence": row.occurrence,
    }


def version_values(version: PlanVersion) -> Values:
    return {
        "number": version.number,
        "adopted": version.adopted,
        "document": version.document,
        "note": version.note,
    }


def target_values(kpi: str, target: Target) -> Values:
    return {
        "kpi": kpi,
        "comparator": target.comparator,
        "lower": plain_number(target.lower),
        "upper": plain_number(target.upper),
        "form": target.form,
        "level": target.level,
        "period": target.period,
        "owner": target.owner,
        "role": target.role,
        "basis": target.basis,
        "source": target.source,
    }


def task_values(kpi: str, task: Task) -> Values:
    """Without its steps."""
    return {
        "kpi": kpi,
        "starts": task.starts,
        "due": task.due,
        "of": task.of,
        "part": task.part,
        "obstacle": task.obstacle,
        "judgement": task.judgement,
        "recognised_later": "yes" if task.recognised_later else None,
    }


def step_values(step: Step) -> Values:
    return {
        "step": step.slug,
        "name_vi": step.name_vi,
        "name_en": step.name_en,
        "due": step.due,
        "judgement": step.judgement,
    }


def draft_values(draft: TargetDraft) -> Values:
    """A target to be completed: its bounds, basis and source are None."""
    return {
        "kpi": draft.kpi,
        "comparator": draft.comparator,
        "lower": None,
        "upper": None,
        "form": draft.form,
        "level": draft.level,
        "period": draft.period,
        "owner": draft.owner,
        "role": draft.role,
        "basis": None,
        "source": None,
    }


def plain_number(value: float | None) -> float | None:
    """A bound as written: 4 rather than 4.0."""
    if value is not None and float(value).is_integer() and abs(value) < 1e15:
        return int(value)
    return value
