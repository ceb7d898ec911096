"""Levers on months to come, by hand on three paths."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, strategies as st

from models.annual import AnnualDistribution
from models.errors import InvalidScenario
from models.events.event import Event
from models.events.levers import Lever, changed, with_part
from models.kinds import Kind
from models.series import Month

NOVEMBER, DECEMBER = Month(2021, 11), Month(2021, 12)


def year(kind: Kind = "flow", months: list[list[float]] | None = None) -> AnnualDistribution:
    """Ten months known, November and December to come."""
    ahead = np.array(months or [[10.0, 20.0], [12.0, 30.0], [8.0, 40.0]])
    last_year = np.full((len(ahead), 12), 10.0)
    response = np.ones(ahead.shape)
    if kind == "growth":
        response = np.full(ahead.shape, 100.0 / 120.0)
    return AnnualDistribution(
        kind=kind,
        unit="million USD",
        year=2021,
        months_known=10,
        known=np.full(len(ahead), 100.0),
        revision=np.zeros(len(ahead)),
        observed=np.full(10, 10.0),
        months=ahead,
        response=response,
        base=np.full(len(ahead), 120.0),
        base_status="final",
        last_year=last_year,
        actual_to_date=100.0,
        data_status="estimate",
        non_negative=True,
    )


def test_a_percentage_of_what_is_projected() -> None:
    less = changed(year(), [Lever("percent", (DECEMBER,), -25.0)])
    assert less.months.tolist() == [[10.0, 15.0], [12.0, 22.5], [8.0, 30.0]]
    assert less.samples.tolist() == [125.0, 134.5, 138.0]


def test_an_amount_is_never_negative() -> None:
    less = changed(year(), [Lever("absolute", (NOVEMBER, DECEMBER), -11.0)])
    assert less.months.tolist() == [[0.0, 9.0], [1.0, 19.0], [0.0, 29.0]]
    free = replace(year(), non_negative=False)
    assert changed(free, [Lever("absolute", (NOVEMBER,), -11.0)]).months[0, 0] == -1.0


def test_a_figure_that_is_taken_as_known_has_no_spread() -> None:
    known = changed(year(), [Lever("known", (NOVEMBER,), 9.0)])
    assert known.months[:, 0].tolist() == [9.0, 9.0, 9.0]
    assert known.months[:, 1].tolist() == [20.0, 30.0, 40.0]


def test_events_have_their_shapes() -> None:
    pulse = Lever("event", event=Event("closed", NOVEMBER, "pulse", -0.5))
    assert changed(year(), [pulse]).months[0].tolist() == [5.0, 20.0]
    step = Lever("event", event=Event("lost", Month(2021, 3), "step", -0.5))
    assert changed(year(), [step]).months[0].tolist() == [5.0, 10.0]
    ramp = Lever("event", event=Event("growing", NOVEMBER, "ramp", 0.5, length=2))
    assert changed(year(), [ramp]).months[0].tolist() == [12.5, 30.0]
    only = replace(step, months=(DECEMBER,))
    assert changed(year(), [only]).months[0].tolist() == [10.0, 10.0]


def test_of_a_rate_values_are_rates_on_last_years_month() -> None:
    rate = changed(year("growth"), [Lever("known", (DECEMBER,), -5.0)])
    assert rate.months[:, 1].tolist() == [9.5, 9.5, 9.5]
    points = changed(year("growth"), [Lever("absolute", (DECEMBER,), -5.0)])
    assert points.months[:, 1].tolist() == [19.5, 29.5, 39.5]


def test_a_count_stays_whole() -> None:
    assert changed(year("count"), [Lever("percent", (DECEMBER,), -33.0)]).months[0, 1] == 13.0


def test_levers_are_applied_in_their_order() -> None:
    first, second = Lever("known", (DECEMBER,), 10.0), Lever("percent", (DECEMBER,), 10.0)
    assert changed(year(), [first, second]).months[0, 1] == pytest.approx(11.0)
    assert changed(year(), [second, first]).months[0, 1] == 10.0


@pytest.mark.parametrize(
    ("lever", "words"),
    [
        (Lever("percent", (Month(2021, 10),), 5.0), "still to come"),
        (Lever("percent", (Month(2022, 1),), 5.0), "still to come"),
        (Lever("percent", (), 5.0), "name them"),
        (Lever("percent", (DECEMBER, DECEMBER), 5.0), "twice"),
        (Lever("percent", (DECEMBER,)), "needs a value"),
        (Lever("event"), "needs an event"),
        (Lever("event", event=Event("late", Month(2022, 1), "step", -0.5)), "none of the months"),
        (Lever("event", event=Event("much", DECEMBER, "pulse", -1.5)), "from −1"),
        (Lever("event", event=Event("short", DECEMBER, "ramp", -0.5, length=0)), "1 month"),
    ],
)
def test_what_cannot_be_supposed_says_so(lever: Lever, words: str) -> None:
    with pytest.raises(InvalidScenario, match=words):
        changed(year(), [lever])


def test_a_total_changes_with_its_part_on_every_path() -> None:
    part = year(months=[[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]])
    total = year(months=[[9.0, 9.0], [7.0, 7.0], [8.0, 8.0]])
    halved = changed(part, [Lever("percent", (DECEMBER,), -50.0)])
    assert with_part(total, part, halved).months.tolist() == [[9.0, 8.5], [7.0, 6.0], [8.0, 6.5]]


def test_a_month_that_the_total_knows_already_does_not_move() -> None:
    part = year()
    ahead = replace(
        year(), months_known=11, months=np.full((3, 1), 50.0), response=np.ones((3, 1))
    )
    less = changed(part, [Lever("absolute", (NOVEMBER, DECEMBER), -5.0)])
    assert with_part(ahead, part, less).months.tolist() == [[45.0], [45.0], [45.0]]


@given(st.lists(st.floats(1, 1e6), min_size=6, max_size=6), st.floats(-99, 300))
def test_a_total_loses_what_its_part_loses(values: list[float], value: float) -> None:
    part = year(months=np.reshape(values, (3, 2)).tolist())
    total = replace(
        year(months=(3 * np.reshape(values, (3, 2))[::-1]).tolist()), non_negative=False
    )
    moved = changed(part, [Lever("percent", (NOVEMBER, DECEMBER), value)])
    gained = with_part(total, part, moved).samples.mean() - total.samples.mean()
    assert gained == pytest.approx(moved.samples.mean() - part.samples.mean(), rel=1e-9, abs=1e-6)
