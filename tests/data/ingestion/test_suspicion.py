"""Figures reported as suspicious, one rule at a time, by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from data.ingestion.suspicion import Why, suspicious
from data.plans.kpi import Kpi
from data.vintages.comparison import StoredFigures
from data.vintages.observation import Form, Observation
from models.series import FigureStatus, Month

COAL = Kpi("coal", "Than", "Coal", "thousand tonnes")
DAY = date(2021, 6, 29)


def figure(
    value: float,
    month: Month = Month(2021, 5),  # noqa: B008 (immutable)
    form: Form = "month",
    status: FigureStatus = "estimate",
    day: date = DAY,
) -> Observation:
    return Observation("coal", month, form, value, status, day, f"{form} {month} {value}")


def monthly(
    form: Form, value: float, years: tuple[int, ...] = (2018, 2019, 2020)
) -> StoredFigures:
    """The same value in every month of some years, and of January to April 2021."""
    months = [Month(year, month) for year in years for month in range(1, 13)]
    months += [Month(2021, month) for month in range(1, 5)]
    return StoredFigures(figure(value, month, form, day=date(*month, 28)) for month in months)


def found(stored: StoredFigures, *figures: Observation) -> list[tuple[Why, float]]:
    return [(one.why, one.against) for one in suspicious(stored, [COAL], figures)]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (101.0, []),
        (130.0, []),
        (140.0, [("history", 100.0)]),  # log 1.4 is beyond 6 × 0.05
        (100_000.0, [("magnitude", 100.0)]),
        (0.1, [("magnitude", 100.0)]),
        (-5.0, []),
    ],
)
def test_a_month_beside_its_own_history(value: float, expected: list[tuple[Why, float]]) -> None:
    assert found(monthly("month", 100.0), figure(value)) == expected


def test_a_short_history_raises_no_suspicion() -> None:
    assert found(monthly("month", 100.0, ()), figure(100_000.0)) == []


def test_a_year_to_date_below_the_month_before_or_of_another_size() -> None:
    stored = StoredFigures([figure(400.0, Month(2021, 4), "year_to_date")])
    assert found(stored, figure(399.0, form="year_to_date")) == [("falling", 400.0)]
    assert found(stored, figure(401.0, form="year_to_date")) == []
    assert found(stored, figure(30.0, Month(2022, 1), "year_to_date")) == []
    here = figure(400.0, Month(2021, 4), "year_to_date"), figure(390.0, form="year_to_date")
    assert found(StoredFigures(), *here) == [("falling", 400.0)]
    last_year = StoredFigures([figure(500.0, Month(2020, 5), "year_to_date")])
    assert found(last_year, figure(510_000.0, form="year_to_date")) == [
        ("magnitude_to_date", 500.0)
    ]
    assert found(last_year, figure(900.0, form="year_to_date")) == []


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        (141.0, []),
        (139.9, []),
        (120.0, []),
        (100.0, [("rate", 141.0)]),
        (41.0, [("rate_as_growth", 141.0)]),
        (43.0, [("rate_as_growth", 141.0)]),
    ],
)
def test_a_printed_rate_beside_that_of_the_levels(
    rate: float, expected: list[tuple[Why, float]]
) -> None:
    stored = StoredFigures(
        [figure(100.0, Month(2020, 5)), figure(300.0, Month(2020, 5), "year_to_date")]
    )
    assert found(stored, figure(141.0), figure(rate, form="rate_on_year")) == expected
    both = figure(423.0, form="year_to_date"), figure(rate, form="rate_to_date")
    assert found(stored, *both) == expected


def test_without_levels_growth_is_told_from_the_rates_before() -> None:
    stored = monthly("rate_on_year", 108.0)
    assert found(stored, figure(8.5, form="rate_on_year")) == [("rate_as_growth", 108.0)]
    assert found(stored, figure(60.0, form="rate_on_year")) == []  # a bad month, not growth
    assert found(stored, figure(108.5, form="rate_on_year")) == []


def test_two_values_of_one_day_and_status() -> None:
    stored = StoredFigures([figure(100.0)])
    assert found(stored, figure(101.0)) == [("twice", 100.0)]
    assert found(stored, figure(100.0)) == []
    assert found(stored, figure(101.0, status="restated")) == []
    assert found(stored, figure(101.0, day=date(2021, 7, 29))) == []
    assert found(StoredFigures(), figure(100.0), figure(101.0)) == [("twice", 100.0)]


@pytest.mark.parametrize(
    ("value", "status", "settled"),
    [
        (100_000.0, "estimate", [True]),  # printed again
        (104_000.0, "restated", [True]),  # revised a little
        (104_000.0, "estimate", [False]),  # of the same day too, and another value
        (150_000.0, "restated", [False]),
        (101.0, "restated", []),
    ],
)
def test_what_was_let_in_raises_no_new_doubt(
    value: float, status: FigureStatus, settled: list[bool]
) -> None:
    stored = monthly("month", 100.0)
    stored.take([figure(100_000.0)])
    again = suspicious(stored, [COAL], [figure(value, status=status)])
    assert [one.settled for one in again] == settled


def test_a_suspicion_says_where_and_why() -> None:
    (one,) = suspicious(monthly("month", 100.0), [COAL], [figure(100_000.0)])
    assert (one.kpi, one.month, one.unit) == ("coal", "2021-05", "thousand tonnes")
    assert one.reason == "about 1e+03 times the usual month (100)"
    assert one.source == "month 2021-05 100000.0"


def _series(values: Sequence[float], form: Form = "month") -> list[Observation]:
    first = Month(2021, 1)
    return [
        Observation("coal", first.plus(n), form, value, "estimate", date(2024, 7, 1), f"C{n}")
        for n, value in enumerate(values)
    ]


def _doubts(figures: Sequence[Observation]) -> list[tuple[str, str]]:
    coal = Kpi("coal", "Than", "Coal", "tonnes")
    return [(one.month, one.why) for one in suspicious(StoredFigures([]), [coal], figures)]


STEADY = [100.0 + (n % 12) + n / 4 for n in range(30)]


def test_a_slip_in_a_first_load_is_seen() -> None:
    assert _doubts(_series(STEADY)) == []
    assert _doubts(_series([*STEADY[:7], 1 + 10 * STEADY[7], *STEADY[8:]])) == [
        ("2021-08", "slip")
    ]
    assert _doubts(_series([*STEADY[:7], -STEADY[7], *STEADY[8:]])) == [("2021-08", "sign")]
    year = [*STEADY[:7], -STEADY[7], *STEADY[8:12]]  # a first load of one year
    assert _doubts(_series(year)) == [("2021-08", "sign")]


def test_a_season_is_no_slip() -> None:
    high = [value * (9 if n % 12 == 5 else 1) for n, value in enumerate(STEADY)]
    assert _doubts(_series(high)) == []


def test_years_to_date_loaded_as_months_are_doubted_once() -> None:
    sums = [100.0 * (n % 12 + 1) + n for n in range(30)]
    assert _doubts(_series(sums)) == [("2023-06", "cumulative")]
    assert not any(why == "cumulative" for _, why in _doubts(_series(sums, "year_to_date")))
    growing = [100.0 * 1.02**n for n in range(30)]
    assert _doubts(_series(growing)) == []


TIED = (
    Kpi("all", "Tổng", "All", "tonnes", printed_parts=(("one", "two"),)),
    Kpi("one", "Một", "One", "tonnes", decimals=1, contains=(("gate",),)),
    Kpi("two", "Hai", "Two", "tonnes", decimals=1),
    Kpi("gate", "Cửa khẩu", "A gate", "tonnes", decimals=1),
)


def tied(**values: float) -> list[Observation]:
    return [
        Observation(kpi, Month(2021, 5), "month", value, "estimate", DAY, f"{kpi} made")
        for kpi, value in values.items()
    ]


@pytest.mark.parametrize(
    ("before", "fresh", "expected"),
    [
        ({}, {"all": 100.0, "one": 60.2, "two": 40.3}, []),  # 0.5, and 0.05 twice, is rounding
        (
            {},
            {"all": 100.0, "one": 60.4, "two": 40.4},
            [("all", "sum", 100.8, ("one", "two"))],
        ),
        ({"one": 60.1, "two": 38.9}, {"all": 100.0}, [("all", "sum", 99.0, ("one", "two"))]),
        ({"all": 100.0, "one": 60.1}, {"two": 38.9}, [("two", "part", 100.0, ("all",))]),
        ({"one": 60.1}, {"gate": 60.3}, [("gate", "contained", 60.1, ("one",))]),
        ({"gate": 60.3}, {"one": 60.1}, [("one", "contains", 60.3, ("gate",))]),
        ({"gate": 60.0}, {"one": 60.0}, []),
        ({}, {"all": 100.0, "one": 60.0}, []),  # a part is missing
    ],
)
def test_figures_that_contradict_declared_relations(
    before: dict[str, float],
    fresh: dict[str, float],
    expected: list[tuple[str, Why, float, tuple[str, ...]]],
) -> None:
    said = suspicious(StoredFigures(tied(**before)), TIED, tied(**fresh))
    assert [(one.kpi, one.why, pytest.approx(one.against), one.others) for one in said] == expected
    assert all(one.reason.format() for one in said)
    assert not any(one.settled for one in said)


def test_every_breakdown_is_compared_on_arrival_and_totals_that_are_nowhere_printed() -> None:
    slugs = ("out", "in", "gate", "port", "north", "south")
    kpis = (
        Kpi("all", "Tổng", "All", "tonnes", printed_parts=(("out", "in"), ("gate", "port"))),
        Kpi("sum", "Tổng", "Sum", "tonnes", parts=("out", "in"), contains=(("north", "south"),)),
        *(Kpi(slug, slug, slug, "tonnes", decimals=1) for slug in slugs),
    )
    parts = {"out": 4.1, "in": 6.1, "gate": 5.1, "port": 7.1}
    said = suspicious(StoredFigures([]), kpis, tied(all=10.0, **parts))
    assert [(one.kpi, one.why, one.others) for one in said] == [("all", "sum", ("gate", "port"))]
    arriving = tied(north=5.1, south=5.4)
    said = suspicious(StoredFigures(tied(**parts)), kpis, arriving)
    assert [(one.kpi, one.why, one.others) for one in said] == [("south", "contained", ("sum",))]
    assert said[0].against == pytest.approx(10.2)
    assert suspicious(StoredFigures(tied(**parts)), kpis, tied(north=5.1, south=5.1)) == []


def test_a_sum_that_was_let_in_is_settled_until_one_of_its_figures_changes() -> None:
    stored = StoredFigures(tied(all=100.0, one=60.4, two=40.4))
    for fresh, settled in (
        ({"all": 100.0, "one": 60.4, "two": 40.4}, {True}),
        ({"two": 40.4}, {True}),
        ({"all": 100.0, "two": 41.0}, {False}),
    ):
        assert {one.settled for one in suspicious(stored, TIED, tied(**fresh))} == settled
