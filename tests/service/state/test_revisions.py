"""A family's revision: its own inputs, those of families whose indicators it uses, no others'."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from data.db.store import Store
from data.plans.kpi import Kpi
from data.plans.plan import PlanVersion
from data.plans.rows import save_plan
from data.vintages.observation import Observation
from data.vintages.rows import add_observations
from models.series import Month
from models.targets.target import Target
from service.state.revisions import SEEN, Revisions
from tests.families import SOURCE, import_of, small_plan

COAL = Kpi("coal", "Than đá", "Coal", "thousand tonnes")
VERSION = PlanVersion(
    1, date(2018, 1, 15), "made up", (("coal", Target("at_least", 1500.0, source=SOURCE)),)
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store.open(f"sqlite:///{tmp_path / 'vedich.db'}")
    for family in ("north", "nation"):
        save_plan(opened, small_plan(family, 2018, [COAL], [VERSION]))
    yield opened
    opened.close()


def add(store: Store, family: str, value: float) -> None:
    figure = Observation("coal", Month(2018, 1), "month", value, "final", date(2018, 2, 6), "made")
    add_observations(store, family, (figure,), import_of())


def test_figures_of_another_family_leave_it(store: Store) -> None:
    revisions = Revisions(store)
    before = revisions.of("north")
    add(store, "nation", 100.0)
    assert revisions.of("north") == before
    add(store, "north", 10.0)
    assert revisions.of("north").figures != before.figures


def test_figures_of_its_indicators_change_it_from_the_edit_on_that_names_them(
    store: Store,
) -> None:
    revisions = Revisions(store)
    before = revisions.of("north")
    shaped = replace(COAL, indicator="nation/coal")
    save_plan(store, small_plan("north", 2018, [shaped], [VERSION]))
    named = revisions.of("north")
    assert named.figures != before.figures
    add(store, "nation", 100.0)
    assert revisions.of("north").figures != named.figures


def test_an_answer_rests_on_the_revision_at_which_it_was_begun(store: Store) -> None:
    revisions = Revisions(store)
    token = SEEN.set({})
    begun = revisions.of("north")
    add(store, "north", 10.0)
    assert revisions.of("north") == begun
    SEEN.reset(token)
    assert revisions.of("north") != begun
