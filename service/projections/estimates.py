"""The department's official estimate beside the projection it was entered for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from data.db.store import Store
from data.sign_off.rows import sign_off
from data.sign_off.rules import Estimate, signed
from models.series import Month

Json = dict[str, Any]


def with_estimates(store: Store, projections: Sequence[Json]) -> list[Json]:
    """Projections of one plan and vintage with its month's newest official estimates.

    The stamp does not change: it names the projection, which an estimate is not part of.
    """
    if not projections:
        return []
    day = date.fromisoformat(projections[0]["as_of"])
    held = sign_off(store, projections[0]["plan"], Month(day.year, day.month))
    return beside(projections, held.current)


def beside(projections: Sequence[Json], estimates: Mapping[str, Estimate]) -> list[Json]:
    """Projections with the estimates given, by KPI; null where there is none."""
    return [
        {**one, "official_estimate": estimate_json(estimates.get(one["kpi"]))}
        for one in projections
    ]


def estimate_json(estimate: Estimate | None) -> Json | None:
    """An estimate as it stands in a projection."""
    if estimate is None:
        return None
    checked, approved, issued = (
        signed(estimate.steps, state) for state in ("checked", "approved", "issued")
    )
    return {
        "value": estimate.value,
        "unit": estimate.unit,
        "author": estimate.author,
        "reason": estimate.reason,
        "state": estimate.state,
        "entered_at": estimate.steps[0].at.isoformat(),
        "checked_by": checked and checked.by,
        "approved_by": approved and approved.by,
        "issued_at": issued and issued.at.isoformat(),
    }
