"""Adds the department's official estimates to projections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from data.db.store import Store
from data.sign_off.rows import sign_off
from data.sign_off.rules import Estimate
from models.series import Month
from service.projections.view import ProjectionView
from service.projections.view_build import with_estimate


def with_estimates(store: Store, projections: Sequence[ProjectionView]) -> list[ProjectionView]:
    """Projections of one plan and vintage with the newest official estimates of its month.

    Stamps do not change: an estimate is not part of the projection that is stamped.
    """
    if not projections:
        return []
    first = projections[0]
    month = Month(first.as_of.year, first.as_of.month)
    return combine(projections, sign_off(store, first.plan, month).current)


def combine(
    projections: Sequence[ProjectionView], estimates: Mapping[str, Estimate]
) -> list[ProjectionView]:
    """Projections with the given estimates by KPI; None for a KPI without one."""
    return [with_estimate(one, estimates.get(one.kpi)) for one in projections]
