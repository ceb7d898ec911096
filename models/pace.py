"""What the rest of the year must bring for a target to be just met."""

from __future__ import annotations

from dataclasses import dataclass

from models.annual import AnnualDistribution
from models.series import Month, Series


@dataclass(frozen=True)
class RequiredMonth:
    """One month: the level that just meets the target (kind 'growth': see `growth`)."""

    month: Month
    minimum: float
    growth: float | None


@dataclass(frozen=True)
class RequiredQuarter:
    """One quarter (whole: months already known are in it), as '2021Q3'."""

    quarter: str
    minimum: float
    growth: float | None
    rank: float | None


@dataclass(frozen=True)
class RequiredPace:
    """The level and growth of the rest of the year that just meets a target.

    Attributes
    ----------
    monthly_average : what an average remaining month must bring, in the KPI's
        unit (for an upper bound: may at most bring)
    ratio_to_last_year : the rest required ÷ the same months last year; None
        where last year's are unknown or not positive
    rank_in_history : share of past years whose growth over the same months fell
        short of the required one: 0 when every past year did as much, 1 when
        none ever did; None without two years of these months
    months, quarters : shaped by season as the projection is
    """

    monthly_average: float
    ratio_to_last_year: float | None
    rank_in_history: float | None
    months: tuple[RequiredMonth, ...]
    quarters: tuple[RequiredQuarter, ...]


def required_pace(annual: AnnualDistribution, bound: float, series: Series) -> RequiredPace | None:
    """The pace that ends the year exactly at `bound`.

    Parameters
    ----------
    bound : the year's outcome to be reached, in the KPI's unit

    Returns
    -------
    RequiredPace, or None when no month of the year is left
    """
    raise NotImplementedError
