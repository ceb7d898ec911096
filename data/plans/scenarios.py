"""What-if scenarios in the database: assumptions, results, author and time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Row, insert, select

from data.db import tables
from data.db.audit import write_entry
from data.db.store import Store
from models.errors import UnknownScenario


@dataclass(frozen=True)
class Scenario:
    """A saved what-if; append-only, internal.

    Attributes
    ----------
    id : number, assigned when it is saved
    plan : slug
    name : given by its author
    as_of : the vintage that it starts from
    definition : its levers and assumptions, as requested
    result : its projections, beside those of the same vintage without it
    by, at : who saved it, and when in UTC
    """

    id: int
    plan: str
    name: str
    as_of: date
    definition: dict[str, Any]
    result: dict[str, Any]
    by: str
    at: datetime


def save_scenario(
    store: Store,
    plan: str,
    name: str,
    as_of: date,
    definition: dict[str, Any],
    result: dict[str, Any],
    by: str,
) -> Scenario:
    """Append a scenario and an entry in the audit log."""
    values = {
        "plan": plan,
        "name": name,
        "as_of": as_of,
        "definition": definition,
        "result": result,
        "actor": by,
        "at": datetime.now(UTC),
    }
    with store.writing() as connection:
        done = connection.execute(insert(tables.scenarios).values(values))
        assert done.inserted_primary_key is not None
        number = int(done.inserted_primary_key[0])
        logged = {"name": name, "as_of": as_of.isoformat(), "definition": definition}
        write_entry(connection, by, "scenario.save", f"{plan}/{number}", after=logged)
    return scenario(store, plan, number)


def scenario(store: Store, plan: str, number: int) -> Scenario:
    """A scenario of a plan; raise `UnknownScenario`."""
    table = tables.scenarios
    chosen = select(table).where(table.c.plan == plan, table.c.id == number)
    with store.reading() as connection:
        row = connection.execute(chosen).one_or_none()
    if row is None:
        raise UnknownScenario(
            "plan '{plan}' has no scenario {number}. GET /v1/plans/{plan}/scenarios lists them.",
            plan=plan,
            number=number,
        )
    return _scenario(row)


def scenarios(store: Store, plan: str) -> tuple[Scenario, ...]:
    """All scenarios of a plan, newest first."""
    table = tables.scenarios
    chosen = select(table).where(table.c.plan == plan).order_by(table.c.id.desc())
    with store.reading() as connection:
        return tuple(map(_scenario, connection.execute(chosen)))


def _scenario(row: Row[Any]) -> Scenario:
    return Scenario(
        id=row.id,
        plan=row.plan,
        name=row.name,
        as_of=row.as_of,
        definition=row.definition,
        result=row.result,
        by=row.actor,
        at=row.at,
    )
