"""Issued projections, the only ones that readers outside the department get."""

from __future__ import annotations

from datetime import date

from data.db.store import Store
from data.ledger.projections import recorded_projection
from data.plans.rows import load_plan
from data.sign_off.rows import issue_of, issued_months, sign_off
from data.sign_off.rules import Issue
from models.errors import NotIssued
from service.projections.basis import as_of_date
from service.projections.estimates import combine
from service.projections.replay import entry_of
from service.projections.view import ProjectionView


def issued_projections(
    store: Store, plan: str, as_of: date | None = None, kpi: str | None = None
) -> list[ProjectionView]:
    """The issued projections of a plan's KPIs, or of one, from the ledger.

    Parameters
    ----------
    plan : slug
    as_of : last day of an issued month; default the newest issued
    kpi : slug; default all, in the plan's order

    Returns
    -------
    list of ProjectionView; `official_estimate` is the newest issued estimate or None

    Raises
    ------
    UnknownPlan, UnknownKpi
        If there is no such plan or KPI.
    NotIssued
        If that month was not issued, or was issued without the KPI.
    """
    document = load_plan(store, plan)
    if kpi is not None:
        document.kpi(kpi)
    issue = _issue(store, plan, as_of)
    stamps = {one: stamp for one, stamp in issue.stamps.items() if kpi in (None, one)}
    if not stamps:
        raise NotIssued(
            "'{kpi}' was not part of {month} of '{plan}' when it was issued.",
            kpi=kpi,
            month=issue.month,
            plan=plan,
        )
    projections = [
        entry_of(recorded_projection(store, stamp)).projection for stamp in stamps.values()
    ]
    return combine(projections, sign_off(store, plan, issue.month).issued)


def _issue(store: Store, plan: str, as_of: date | None) -> Issue:
    days = {as_of_date(str(month)): month for month in issued_months(store, plan)}
    day = as_of or max(days, default=None)
    issue = issue_of(store, plan, days[day]) if day in days else None
    if issue is None:
        raise NotIssued(
            "expected the last day of a month of '{plan}' that was issued ({days}), found {day}.",
            plan=plan,
            days=", ".join(map(str, days.values())) or "none yet",
            day=day or "no date",
        )
    return issue
