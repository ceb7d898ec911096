"""The Vietnamese lunar new year (Tết) in a monthly calendar."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache

import numpy as np
from numpy.typing import NDArray

from models.errors import CannotForecast
from models.series import Month

FIRST, LAST = 1901, 2100  # years of which the package knows the lunar calendar


def tet_share(months: Sequence[Month]) -> NDArray[np.float64]:
    """Share of the year's Tết holidays that fall in each month, shape (n_months,).

    Parameters
    ----------
    months : calendar months

    Returns
    -------
    array in [0, 1]; over the months of a year it sums to 1

    Raises
    ------
    CannotForecast
        For a year before 1901 or after 2100.

    Notes
    -----
    The Vietnamese calendar, by the `holidays` package: it differs from the
    Chinese one in some years (1968, 1985, 2007, 2030, 2053).
    """
    return np.array([_shares(month.year)[month.month - 1] for month in months], dtype=float)


def tet_days(year: int) -> tuple[date, ...]:
    """The public holidays of Tết in a year, by date."""
    import holidays

    named = holidays.country_holidays("VN", years=year, language="vi")
    return tuple(
        sorted(day for day, name in named.items() if "Tết" in name and "Dương lịch" not in name)
    )


@cache
def _shares(year: int) -> tuple[float, ...]:
    if not FIRST <= year <= LAST:
        raise CannotForecast(
            "the date of Tết is known for {FIRST} to {LAST}, found {year}. Correct the "
            "year, or leave the series to a candidate without calendar.",
            FIRST=FIRST,
            LAST=LAST,
            year=year,
        )
    days = tet_days(year)
    return tuple(sum(day.month == month for day in days) / len(days) for month in range(1, 13))
