"""Definitions of KPIs come back from the database as they were saved, and from before, too."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select, update

from data.db import tables
from data.db.store import Store
from data.plans.kpi import Kpi
from data.plans.plan import PlanVersion
from data.plans.rows import load_plan, save_plan
from tests.families import small_plan

KPIS = tuple(Kpi(slug, slug, slug, "tonnes") for slug in ("all", "a", "b", "x", "y"))
SEVERAL = (("a", "b"), ("x", "y"))
VERSION = PlanVersion(1, date(2018, 1, 15), "made up", ())


@pytest.mark.parametrize(
    ("stored", "printed_parts", "contains"),
    [
        (None, SEVERAL, (("x",), ("a", "y"))),
        ({"printed_parts": ["a", "b"], "contains": ["x", "y"]}, (("a", "b"),), (("x",), ("y",))),
        ({"printed_parts": [], "contains": []}, (), ()),
    ],
)
def test_relations_come_back_also_where_they_were_stored_as_single_lists(
    store: Store,
    stored: dict[str, list[str]] | None,
    printed_parts: tuple[tuple[str, ...], ...],
    contains: tuple[tuple[str, ...], ...],
) -> None:
    total = replace(KPIS[0], printed_parts=SEVERAL, contains=(("x",), ("a", "y")))
    save_plan(store, small_plan("made", 2018, (total, *KPIS[1:]), (VERSION,)))
    if stored is not None:
        with store.writing() as connection:
            mine = tables.kpis.c.slug == "all"
            definition = connection.scalars(select(tables.kpis.c.definition).where(mine)).one()
            changed = {**definition, **stored}
            connection.execute(update(tables.kpis).where(mine).values(definition=changed))
    found = load_plan(store, "made-2018").kpi("all")
    assert found.printed_parts == printed_parts
    assert found.contains == contains
