"""Tết as Vietnam keeps it; the dates are historical facts, not what the library says."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from hypothesis import given, strategies as st

from models.errors import CannotForecast
from models.events.tet import tet_days, tet_share
from models.series import Month

FIRST_DAY = {  # mùng một Tết
    1985: date(1985, 1, 21),  # China: 20 February
    2000: date(2000, 2, 5),
    2007: date(2007, 2, 17),  # China: 18 February
    2012: date(2012, 1, 23),
    2013: date(2013, 2, 10),
    2014: date(2014, 1, 31),
    2015: date(2015, 2, 19),
    2016: date(2016, 2, 8),
    2017: date(2017, 1, 28),
    2018: date(2018, 2, 16),
    2019: date(2019, 2, 5),
    2020: date(2020, 1, 25),
    2021: date(2021, 2, 12),
    2022: date(2022, 2, 1),
    2023: date(2023, 1, 22),
    2024: date(2024, 2, 10),
    2025: date(2025, 1, 29),
    2026: date(2026, 2, 17),
    2030: date(2030, 2, 2),  # China: 3 February
}


def share(year: int) -> np.ndarray:
    return tet_share([Month(year, month) for month in range(1, 13)])


@pytest.mark.parametrize("year", FIRST_DAY)
def test_the_holidays_hold_the_eve_and_three_days(year: int) -> None:
    days, first = tet_days(year), FIRST_DAY[year]
    eve = date.fromordinal(first.toordinal() - 1)
    assert {eve, first} <= set(days)
    assert {date.fromordinal(first.toordinal() + n) for n in (1, 2)} <= set(days)
    assert (first - days[0]).days in (1, 2)
    assert len(days) <= 7


def test_the_solar_new_year_is_not_tet() -> None:
    assert all(day > date(year, 1, 19) for year in (2012, 2017, 2023) for day in tet_days(year))


def test_shares_by_hand() -> None:
    np.testing.assert_array_equal(share(1985)[:2], [1.0, 0.0])
    np.testing.assert_array_equal(share(2021)[:2], [0.0, 1.0])
    np.testing.assert_array_equal(share(2023)[:2], [1.0, 0.0])
    assert share(2022)[0] == pytest.approx(1 / 5)  # 31 January to 4 February
    assert share(2030)[0] == pytest.approx(1 / 7)  # 31 January to 6 February


@given(st.integers(1901, 2100))
def test_shares_of_a_year_sum_to_one_and_lie_in_january_and_february(year: int) -> None:
    shares = share(year)
    assert shares.sum() == pytest.approx(1.0)
    assert (shares >= 0).all()
    assert not shares[2:].any()


@given(st.lists(st.builds(Month, st.integers(1990, 2040), st.integers(1, 12)), max_size=20))
def test_a_month_has_the_same_share_in_any_company(months: list[Month]) -> None:
    np.testing.assert_array_equal(tet_share(months), [tet_share([m])[0] for m in months])


@pytest.mark.parametrize("year", [1900, 2101])
def test_a_year_outside_of_the_calendar_is_refused(year: int) -> None:
    with pytest.raises(
        CannotForecast, match=f"the date of Tết is known for 1901 to 2100, found {year}"
    ):
        tet_share([Month(year, 2)])
