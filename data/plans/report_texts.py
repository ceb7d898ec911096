"""Paragraphs of a month's report that only people can write: context, causes, measures."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal, get_args

from sqlalchemy import insert, select

from data.db import tables
from data.db.store import Store
from data.plans.plan import Plan
from data.plans.rows import record_edit
from models.errors import InputError
from models.series import Month

Slot = Literal["context", "causes", "measures", "proposals"]
SLOTS: tuple[Slot, ...] = get_args(Slot)
LONGEST = 10_000  # characters of a text


def report_texts(store: Store, plan: str, month: Month) -> Mapping[Slot, str]:
    """The newest text of each slot of a month's report; a slot emptied again is left out."""
    table = tables.report_texts
    chosen = select(table).where(
        table.c.plan == plan, table.c.year == month.year, table.c.month == month.month
    )
    with store.reading() as connection:
        newest = {row.slot: row.text for row in connection.execute(chosen.order_by(table.c.id))}
    return {slot: newest[slot] for slot in SLOTS if newest.get(slot)}


def write_report_text(
    store: Store, plan: Plan, month: Month, slot: Slot, text: str, by: str
) -> None:
    """Append a text; the newest of a slot is printed, an empty one opens the slot again.

    Raises
    ------
    InputError
        If the month is not of the plan's year, or the text is too long.
    """
    if month.year != plan.year:
        raise InputError(
            "plan '{plan}': expected a month of {year}, found {month}; choose the plan of "
            "that year.",
            plan=plan.slug,
            year=plan.year,
            month=month,
        )
    if len(text) > LONGEST:
        raise InputError(
            "expected at most {most} characters, found {count}. Shorten it.",
            most=LONGEST,
            count=len(text),
        )
    moment = datetime.now(UTC)
    with store.writing() as connection:
        connection.execute(
            insert(tables.report_texts).values(
                plan=plan.slug,
                year=month.year,
                month=month.month,
                slot=slot,
                text=text.strip(),
                entered_by=by,
                entered_at=moment,
            )
        )
        record_edit(connection, plan, "report.text", slot, by, {"month": str(month)}, moment)
