"""Views of months and official estimates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from data.db.store import Store
from data.plans.plan import Plan
from data.sign_off.rows import issue_of, months_begun, sign_off
from data.sign_off.rules import Estimate, Issue, SignOff, Step, figures_of
from service.projections.basis import as_of_date
from service.projections.shape import Name, if_known
from service.projections.view import ProjectionView
from service.projections.view_build import estimate_view
from service.shapes.sign_off import (
    EstimateList,
    EstimateShape,
    IssueShape,
    MonthList,
    MonthShape,
    MonthSummary,
    StepShape,
    WaitingEstimate,
    WaitingList,
    WaitingMonthShape,
    WaitingStep,
)
from service.state.app_state import AppState
from service.workflow.estimates import estimate_doubts
from service.workflow.waiting import Waiting, WaitingMonth


def stamps_of(projections: Sequence[ProjectionView]) -> dict[str, str]:
    """The stamps of projections by KPI, in their order."""
    return {one.kpi: one.stamp for one in projections}


def months_of(store: Store, plan: Plan) -> MonthList:
    """The months of a plan with estimates or signatures."""
    return MonthList(
        months=tuple(
            MonthSummary(
                month=month,
                state=sign_off(store, plan.slug, month).state,
                issued_at=if_known(issue_of(store, plan.slug, month), lambda one: one.step.at),
            )
            for month in months_begun(store, plan.slug)
        )
    )


def month_shape(
    app_state: AppState, record: SignOff, stamps: Mapping[str, str], reason: str | None = None
) -> MonthShape:
    """How far a month is, and what a signature would cover.

    Parameters
    ----------
    stamps : of the month's current projections, by KPI; empty if there are none
    reason : why there are none
    """
    return MonthShape(
        plan=record.plan,
        month=record.month,
        as_of=as_of_date(str(record.month)),
        state=record.state,
        figures=figures_of(stamps, record.current) if stamps else None,
        stamps=stamps,
        reason=reason,
        estimates=tuple(_estimate(app_state, record, one) for one in record.current.values()),
        history=tuple(_step(step) for step in record.steps),
        issued=if_known(issue_of(app_state.store, record.plan, record.month), _issue),
    )


def estimates_of(app_state: AppState, record: SignOff, plan: Plan, kpi: str) -> EstimateList:
    """All estimates of a KPI in a month, newest first; `UnknownEstimate` if there are none."""
    plan.kpi(kpi)
    record.newest(kpi)
    own = (one for one in reversed(record.estimates) if one.kpi == kpi)
    return EstimateList(estimates=tuple(_estimate(app_state, record, one) for one in own))


def waiting_shape(app_state: AppState, found: Sequence[WaitingMonth]) -> WaitingList:
    """What waits in several plans, each estimate with what speaks against it."""
    return WaitingList(
        months=tuple(
            WaitingMonthShape(
                plan=one.plan.slug,
                name=Name(vi=one.plan.name_vi, en=one.plan.name_en),
                family=one.plan.family,
                month=one.record.month,
                state=one.record.state,
                waits=_month_waits(one),
                estimates=tuple(
                    WaitingEstimate(
                        **_waiting(waits),
                        sent_back=if_known(waits.estimate.sent_back, _step),
                        estimate=_estimate(app_state, one.record, waits.estimate),
                    )
                    for waits in one.estimates
                    if waits.estimate is not None
                ),
            )
            for one in found
        )
    )


def _month_waits(one: WaitingMonth) -> WaitingStep | None:
    if one.month_waits is None:
        return None
    back = if_known(one.record.sent_back, _step)
    return WaitingStep(**_waiting(one.month_waits), sent_back=back)


def _waiting(one: Waiting) -> dict[str, Any]:
    return {"action": one.action, "needs": one.needs, "mine": one.mine}


def _estimate(app_state: AppState, record: SignOff, estimate: Estimate) -> EstimateShape:
    return EstimateShape(
        **vars(estimate_view(estimate)),
        kpi=estimate.kpi,
        id=estimate.id,
        doubts=estimate_doubts(app_state, record.plan, record.month, estimate.kpi, estimate.value),
        history=tuple(_step(step) for step in estimate.steps),
    )


def _step(step: Step) -> StepShape:
    return StepShape(state=step.state, by=step.by, at=step.at, note=step.note)


def _issue(issue: Issue) -> IssueShape:
    return IssueShape(by=issue.step.by, at=issue.step.at, stamps=issue.stamps)
