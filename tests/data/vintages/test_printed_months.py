"""Months that cumulative figures make negative, though nothing printed is."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from data.plans.kpi import Kpi
from data.vintages.observation import Form, Observation
from data.vintages.panel import Panel
from models.series import FigureStatus, Month

BEER = Kpi(slug="beer", name_vi="Bia", name_en="Beer", unit="million litres")
LATE = date(2030, 1, 1)


def figure(month: int, form: Form, value: float, status: FigureStatus = "estimate") -> Observation:
    day = date(2017, min(month + (status == "restated"), 12), 28)
    return Observation("beer", Month(2017, month), form, value, status, day, "a source")


def panel(*figures: Observation) -> Panel:
    return Panel.of("test", (BEER,), figures)


def misprinted() -> Panel:
    """The year to April restated as 25.4, though that to March was 34.6: 45.4 was meant."""
    cumulative = {1: 12.1, 2: 23.4, 3: 34.6, 4: 25.4, 5: 57.2, 6: 69.3}
    return panel(
        *(figure(month, "month", 11.1 + month % 2) for month in range(1, 7)),
        *(figure(month, "year_to_date", value, "restated") for month, value in cumulative.items()),
    )


def test_a_month_that_cannot_be_shares_what_it_has_with_the_next() -> None:
    series = misprinted().series_as_of("beer", LATE)
    assert (series.values >= 0).all()
    # March 12.1 and April 11.1 share 12.1 + (25.4 − 11.1 − 34.6) + 11.1 + (57.2 − 12.1 − 25.4)
    shared = 22.6
    np.testing.assert_allclose(series.values[2:4], [shared * 12.1 / 23.2, shared * 11.1 / 23.2])
    assert series.status[2:4] == ("reconstructed", "reconstructed")
    assert series.values.sum() == pytest.approx(69.3)


def test_the_cumulative_figure_that_is_off_is_listed() -> None:
    (one,) = misprinted().contradictions("beer", LATE)
    assert (one.printed.month, one.printed.form) == (Month(2017, 4), "year_to_date")
    assert (one.printed.value, one.found, one.kept) == (25.4, pytest.approx(45.1), False)


def test_before_the_misprint_nothing_is_changed() -> None:
    series = misprinted().series_as_of("beer", date(2017, 5, 27))
    assert "reconstructed" not in series.status
    assert not misprinted().contradictions("beer", date(2017, 5, 27))


def test_without_months_two_differences_are_shared_evenly() -> None:
    whole = panel(
        *(
            figure(month, "year_to_date", value)
            for month, value in {1: 10.0, 2: 20.0, 3: 15.0, 4: 40.0}.items()
        )
    )
    np.testing.assert_allclose(whole.series_as_of("beer", LATE).values, [10, 10, 10, 10])
    (one,) = whole.contradictions("beer", LATE)
    assert (one.printed.value, one.found) == (15.0, 30.0)


def test_a_newest_cumulative_figure_below_the_last_is_a_gap_and_listed() -> None:
    whole = panel(
        *(
            figure(month, "year_to_date", value)
            for month, value in {1: 10.0, 2: 20.0, 3: 15.0}.items()
        )
    )
    assert whole.series_as_of("beer", LATE).cutoff == Month(2017, 2)
    (one,) = whole.contradictions("beer", LATE)
    assert (one.printed.value, one.kept) == (15.0, False)


def test_below_zero_by_rounding_is_zero() -> None:
    whole = panel(
        *(
            figure(month, "year_to_date", value)
            for month, value in {1: 1.2, 2: 1.1, 3: 2.5}.items()
        )
    )
    np.testing.assert_allclose(whole.series_as_of("beer", LATE).values, [1.2, 0.0, 1.4])
    assert not whole.contradictions("beer", LATE)


def test_where_something_printed_is_negative_months_may_be() -> None:
    whole = panel(
        *(
            figure(month, "year_to_date", value)
            for month, value in {1: 2.0, 2: 1.0, 3: -3.0}.items()
        )
    )
    np.testing.assert_allclose(whole.series_as_of("beer", LATE).values, [2, -1, -4])
    assert not whole.contradictions("beer", LATE)
