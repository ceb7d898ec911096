from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st

from models.errors import InvalidMonth
from models.series import Month
from tests.models.strategies import made

any_month = st.builds(Month, st.integers(1, 9999), st.integers(1, 12))


@given(any_month)
def test_a_month_reads_back_as_it_is_printed(month: Month) -> None:
    assert Month.parse(str(month)) == month
    assert Month.from_ordinal(month.ordinal) == month


@given(any_month, st.integers(-2000, 2000))
def test_adding_months_moves_the_ordinal_by_as_many(month: Month, months: int) -> None:
    assert month.plus(months).ordinal - month.ordinal == months
    assert month.plus(months).plus(-months) == month


@given(any_month, any_month)
def test_months_are_ordered_as_in_the_calendar(one: Month, other: Month) -> None:
    assert (one < other) == (one.ordinal < other.ordinal)
    assert (one < other) == (str(one) < str(other))


def test_months_by_hand() -> None:
    assert Month.parse(" 2021-06 ") == Month(2021, 6)
    assert Month(2020, 11).plus(3) == Month(2021, 2)
    assert Month(2021, 1).plus(-1) == Month(2020, 12)


@pytest.mark.parametrize("text", ["2021-13", "2021-00", "2021-6", "06-2021", "2021-06-30", ""])
def test_what_is_no_month_is_named(text: str) -> None:
    with pytest.raises(InvalidMonth, match=f"expected a month as YYYY-MM, found '{text}'"):
        Month.parse(text)


def test_a_series_tells_its_cutoff_and_what_is_left_of_the_year() -> None:
    one = made(np.ones(42), start=Month(2018, 1))
    assert (one.cutoff, one.year, one.months_known, one.horizon) == (Month(2021, 6), 2021, 6, 6)
    finished = made(np.ones(36), start=Month(2018, 1))
    assert (finished.cutoff, finished.months_known, finished.horizon) == (Month(2020, 12), 12, 0)


def test_a_calendar_year_is_nan_where_the_series_has_no_month() -> None:
    one = made(np.arange(14.0), start=Month(2019, 11))
    np.testing.assert_array_equal(one.calendar_year(2019)[10:], [0.0, 1.0])
    assert np.isnan(one.calendar_year(2019)[:10]).all()
    np.testing.assert_array_equal(one.calendar_year(2020), np.arange(2.0, 14.0))
    assert np.isnan(one.calendar_year(2021)).all()


def test_a_series_cannot_be_changed_from_outside() -> None:
    values = np.ones(12)
    one = made(values, denominator=np.ones(12))
    values[0] = 99.0
    assert one.values[0] == 1.0
    for array in (one.values, one.base, one.denominator):
        assert array is not None
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 2.0


def test_every_month_has_a_status_and_every_numerator_a_denominator() -> None:
    with pytest.raises(ValueError, match="12 values, 11 statuses"):
        made(np.ones(12), status=("final",) * 11)
    with pytest.raises(ValueError, match="12 values, 11 denominators"):
        made(np.ones(12), kind="ratio", denominator=np.ones(11))
    with pytest.raises(ValueError, match="12 months of the year before, found 11"):
        made(np.ones(12), base=np.ones(11))
