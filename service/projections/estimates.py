"""The department's official estimate beside the projection it was entered for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from data.db.store import Store
from data.sign_off.rows import sign_off
from data.sign_off.rules import Estimate
from models.series import Month
from service.projections.view import ProjectionView
from service.projections.view_build import with_estimate


def with_estimates(store: Store, projections: Sequence[ProjectionView]) -> list[ProjectionView]:
    """Projections of one plan and vintage with its month's newest official estimates.

    The stamp does not change: it names the projection, which an estimate is not part of.
    """
    if not projections:
        return []
    first = projections[0]
    held = sign_off(store, first.plan, Month(first.as_of.year, first.as_of.month))
    return beside(projections, held.current)


def beside(
    projections: Sequence[ProjectionView], estimates: Mapping[str, Estimate]
) -> list[ProjectionView]:
    """Projections with the estimates given, by KPI; None where there is none."""
    return [with_estimate(one, estimates.get(one.kpi)) for one in projections]
