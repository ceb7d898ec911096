"""Any order of the same files gives the same series on every day, also with some withdrawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import islice, permutations

import pytest
from hypothesis import example, given, settings, strategies as st

from data.db.store import Store
from data.ingestion.imports import imports_of, undo
from data.plans.kpi import Kpi
from data.plans.plan import Plan
from data.plans.rows import save_plan
from data.vintages.comparison import StoredFigures
from data.vintages.observation import Observation
from data.vintages.panel import Panel
from data.vintages.panel_rows import load_panel
from data.vintages.rows import ImportRecord, add_observations
from models.errors import NoObservations
from models.series import FigureStatus, Month
from tests.homes import Run

pytestmark = pytest.mark.slow

COAL = Kpi("coal", "Than đá", "Coal", "thousand tonnes", decimals=1)
PLAN = Plan("p-2021", "p", 2021, "Sở", "Kế hoạch", "Plan", (COAL,), ())
LATE = date(2030, 1, 1)
NOW = datetime(2021, 7, 1, 8, tzinfo=UTC)
STATUSES: tuple[FigureStatus, ...] = ("estimate", "restated")
DAYS = tuple(date(2021, month, 28) for month in (3, 4))


@st.composite
def files(draw: st.DrawFn) -> tuple[tuple[Observation, ...], ...]:
    """A few files whose figures overlap, contradict and repeat each other."""
    figure = st.builds(
        Observation,
        kpi=st.just("coal"),
        month=st.sampled_from([Month(2021, month) for month in (1, 2)]),
        form=st.sampled_from(("month", "year_to_date", "rate_to_date", "year")),
        value=st.sampled_from((10.0, 20.0)),
        status=st.sampled_from(STATUSES),
        published=st.sampled_from(DAYS),
        source=st.sampled_from(("a", "b")),
    )
    return tuple(
        tuple(replace(one, source=f"file {number} {one.source}") for one in figures)
        for number, figures in enumerate(draw(st.lists(st.lists(figure, max_size=6), max_size=4)))
    )


def _month(value: float, file: str) -> Observation:
    return Observation("coal", Month(2021, 1), "month", value, "estimate", DAYS[0], file)


# the first and the last say the same, the one between them says otherwise: names do not decide
BETWEEN = ((_month(10.0, "a"),), (_month(20.0, "b"),), (_month(10.0, "c"),))


def _seen(store: Store | Panel) -> list[object]:
    """The series on every day as the store or a panel tells it."""
    found: list[object] = []
    for day in (*DAYS, LATE):
        try:
            if isinstance(store, Store):
                series = load_panel(store, "p", day).series_as_of("coal", day)
            else:
                series = store.series_as_of("coal", day)
        except NoObservations:
            found.append(None)
            continue
        found.append(repr(series))
    return found


@settings(deadline=None)
@given(files())
@example(BETWEEN)
def test_any_order_of_the_same_files_gives_the_same_series(
    loaded: tuple[tuple[Observation, ...], ...],
) -> None:
    seen = []
    for order in islice(permutations(loaded), 0, None, 5):
        stored: dict[object, Observation] = {}
        for file in order:
            for compared in StoredFigures(stored.values()).take(file):
                one = compared.observation
                stored.setdefault((one.month, one.form, one.value, one.status, one.published), one)
        seen.append(_seen(Panel.of("p", [COAL], stored.values())))
    assert all(one == seen[0] for one in seen)


@settings(max_examples=15, deadline=None)
@given(files(), st.data())
def test_any_order_through_the_store_with_some_withdrawn(
    tmp_path_factory: pytest.TempPathFactory,
    this_run: Run,
    loaded: tuple[tuple[Observation, ...], ...],
    data: st.DataObject,
) -> None:
    """Files loaded in two orders, the same imports withdrawn: the series are the same."""
    order = data.draw(st.permutations(range(len(loaded))))
    wrong = data.draw(st.sets(st.sampled_from(range(len(loaded))))) if loaded else set()
    folder = tmp_path_factory.mktemp("order")
    seen = []
    for number, chosen in enumerate((range(len(loaded)), order)):
        store = this_run.new_store(folder / str(number))
        save_plan(store, PLAN)
        _load_and_undo(store, loaded, chosen, wrong)
        seen.append((_seen(store), load_panel(store, "p", LATE).hash(LATE)))
        store.close()
    right = [one for place, file in enumerate(loaded) if place not in wrong for one in file]
    assert seen[0] == seen[1]
    assert seen[0][0] == _seen(Panel.of("p", [COAL], right))


def _load_and_undo(
    store: Store,
    loaded: Sequence[Sequence[Observation]],
    order: Sequence[int],
    wrong: set[int],
) -> None:
    for place in order:
        origin = ImportRecord(f"{place}.csv", f"{place:064d}", "an", NOW)
        add_observations(store, "p", loaded[place], origin)
        if place in wrong:
            for made in imports_of(store, "p"):
                if made.files[0].file == f"{place}.csv":
                    undo(store, made.id, "chi")
