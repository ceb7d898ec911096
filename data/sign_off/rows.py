"""Sign-off in the database: the state of a month, its issues, adding estimates and steps."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from sqlalchemy import Connection, insert, select

from data.db import tables
from data.db.store import Store
from data.plans.plan import Plan
from data.sign_off.rules import Estimate, Issue, SignOff, Step
from models.series import Month

_ISSUES = (tables.steps.c.estimate.is_(None), tables.steps.c.state == "issued")


def sign_off(store: Store, plan: str, month: Month) -> SignOff:
    """The sign-off of a month; a draft without estimates if nothing was entered or signed."""
    with store.reading() as connection:
        return read_sign_off(connection, plan, month)


def months_begun(store: Store, plan: str) -> tuple[Month, ...]:
    """The months of a plan in which anything was entered or signed, in order."""
    table = tables.steps
    chosen = select(table.c.month).where(table.c.plan == plan).distinct().order_by(table.c.month)
    with store.reading() as connection:
        return tuple(Month.parse(month) for month in connection.scalars(chosen))


def issued_months(store: Store, plan: str) -> tuple[Month, ...]:
    """The months of a plan that were issued, in order."""
    table = tables.steps
    chosen = select(table.c.month).where(table.c.plan == plan, *_ISSUES).distinct()
    with store.reading() as connection:
        months = connection.scalars(chosen.order_by(table.c.month))
        return tuple(Month.parse(month) for month in months)


def issue_of(store: Store, plan: str, month: Month) -> Issue | None:
    """The newest issue of a month; None if it was not issued."""
    table, issued = tables.steps, tables.issued_figures
    chosen = select(table).where(table.c.plan == plan, table.c.month == str(month), *_ISSUES)
    with store.reading() as connection:
        row = connection.execute(chosen.order_by(table.c.id.desc()).limit(1)).first()
        if row is None:
            return None
        listed = select(issued).where(issued.c.step == row.id).order_by(issued.c.position)
        stamps = {figure.kpi: figure.stamp for figure in connection.execute(listed)}
    return Issue(month, _step(row), stamps)


def was_issued(store: Store, stamp: str) -> bool:
    """Whether a projection was ever issued."""
    table = tables.issued_figures
    with store.reading() as connection:
        return connection.scalar(select(table.c.step).where(table.c.stamp == stamp)) is not None


def read_sign_off(connection: Connection, plan: str, month: Month) -> SignOff:
    """As `sign_off`, over an open connection."""
    entered, table = tables.estimates, tables.steps
    steps: dict[int | None, list[Step]] = defaultdict(list)  # by estimate; None: the month's own
    rows = select(table).where(table.c.plan == plan, table.c.month == str(month))
    for row in connection.execute(rows.order_by(table.c.id)):
        steps[row.estimate].append(_step(row))
    values = select(entered).where(entered.c.plan == plan, entered.c.month == str(month))
    estimates = tuple(
        Estimate(row.id, row.kpi, row.value, row.unit, tuple(steps[row.id]))
        for row in connection.execute(values.order_by(entered.c.id))
    )
    return SignOff(plan, month, tuple(steps[None]), estimates)


def add_estimate(
    connection: Connection, plan: Plan, month: Month, kpi: str, value: float, unit: str
) -> int:
    """Write an estimate and return its id; the caller adds its first step."""
    number: int = connection.execute(
        insert(tables.estimates)
        .values(plan=plan.slug, month=str(month), kpi=kpi, value=value, unit=unit)
        .returning(tables.estimates.c.id)
    ).scalar_one()
    return number


def add_step(
    connection: Connection, plan: Plan, month: Month, step: Step, estimate: int | None = None
) -> int:
    """Write a step of an estimate (default: of the month itself) and return its id."""
    number: int = connection.execute(
        insert(tables.steps)
        .values(
            family=plan.family,
            plan=plan.slug,
            month=str(month),
            estimate=estimate,
            state=step.state,
            actor=step.by,
            at=step.at,
            note=step.note,
            figures=step.figures,
        )
        .returning(tables.steps.c.id)
    ).scalar_one()
    return number


def write_issued(connection: Connection, step: int, stamps: dict[str, str]) -> None:
    """Write the stamps that a step issued, in their order."""
    rows = [
        {"step": step, "position": position, "kpi": kpi, "stamp": stamp}
        for position, (kpi, stamp) in enumerate(stamps.items())
    ]
    connection.execute(insert(tables.issued_figures), rows)


def _step(row: Any) -> Step:
    return Step(row.state, row.actor, row.at, row.note, row.figures)
