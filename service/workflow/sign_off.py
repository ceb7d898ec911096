"""Months and official estimates as people and programs read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from data.db.store import Store
from data.plans.plan import Plan
from data.sign_off.rows import issue_of, months_begun, sign_off
from data.sign_off.rules import Estimate, Issue, SignOff, Step, figures_of
from service.projections.basis import as_of_date
from service.projections.shape import as_json
from service.projections.view import ProjectionView
from service.projections.view_build import estimate_view

Json = dict[str, Any]


def stamps_of(projections: Sequence[ProjectionView]) -> dict[str, str]:
    """The stamp of each KPI's projection, in their order."""
    return {one.kpi: one.stamp for one in projections}


def months_json(store: Store, plan: Plan) -> Json:
    """The months of a plan in which anything was entered or signed."""
    months = []
    for month in months_begun(store, plan.slug):
        issue = issue_of(store, plan.slug, month)
        months.append(
            {
                "month": str(month),
                "state": sign_off(store, plan.slug, month).state,
                "issued_at": issue and issue.step.at.isoformat(),
            }
        )
    return {"months": months}


def month_json(
    store: Store, held: SignOff, stamps: Mapping[str, str], reason: str | None = None
) -> Json:
    """How far a month is, and what a signature would cover.

    Parameters
    ----------
    stamps : of the month's projections as they are now, by KPI; empty without any
    reason : why there are none
    """
    issue = issue_of(store, held.plan, held.month)
    return {
        "plan": held.plan,
        "month": str(held.month),
        "as_of": as_of_date(str(held.month)).isoformat(),
        "state": held.state,
        "figures": figures_of(stamps, held.current) if stamps else None,
        "stamps": dict(stamps),
        "reason": reason,
        "estimates": [_estimate(one) for one in held.current.values()],
        "history": [_step(step) for step in held.steps],
        "issued": _issue(issue) if issue else None,
    }


def estimates_json(held: SignOff, plan: Plan, kpi: str) -> Json:
    """All estimates of one KPI in a month, newest first; raise `UnknownEstimate` without any."""
    plan.kpi(kpi)
    held.newest(kpi)
    return {"estimates": [_estimate(one) for one in reversed(held.estimates) if one.kpi == kpi]}


def _estimate(estimate: Estimate) -> Json:
    own = {"kpi": estimate.kpi, "id": estimate.id}
    return own | as_json(estimate_view(estimate)) | {"history": [_step(s) for s in estimate.steps]}


def _step(step: Step) -> Json:
    return {"state": step.state, "by": step.by, "at": step.at.isoformat(), "note": step.note}


def _issue(issue: Issue) -> Json:
    return {
        "by": issue.step.by,
        "at": issue.step.at.isoformat(),
        "stamps": dict(issue.stamps),
    }
