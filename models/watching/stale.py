"""Figures that stopped coming, or that repeat the month before.

A KPI is overdue if its next month has kept others waiting longer than any of its own months
before, by three weeks and more: with n earlier months that are like this one, one later than all
of them comes by chance once in n + 1 at most. Equal months are judged by how often the KPI's
months were equal before: a run is reported that comes by chance once in a thousand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from models.series import Month

REMEMBERED = 24  # months from which the usual delay is taken
FEWEST = 6
SPARE = 21  # days beyond the longest delay
RARE = 0.001  # probability of a run of equal months
ENOUGH = 24  # months that tell how often equal ones are usual


@dataclass(frozen=True)
class Overdue:
    """The month that is missing, and the longest delay before, in days after a month's end."""

    month: Month
    longest: int


def overdue(published: Mapping[Month, date], day: date) -> Overdue | None:
    """The month whose figure should have come by a day; None if nothing is late.

    Parameters
    ----------
    published : when each month was published first
    day : what others published up to then is known
    """
    months = sorted(published)[-REMEMBERED:]
    if len(months) < FEWEST:
        return None
    steps = np.diff([month.ordinal for month in months])
    due = months[-1].plus(int(steps.max()))  # a quarter's figures come every third month
    longest = max((published[month] - month.last_day).days for month in months)
    waited = (day - due.last_day).days
    return Overdue(due, longest) if waited > longest + SPARE else None


def repeated(values: NDArray[np.float64]) -> int:
    """How many of the last months are the same figure, if that is no chance; else 0.

    Parameters
    ----------
    values : array, shape (n_months,), as printed; NaN is a gap
    """
    if len(values) < ENOUGH or not np.isfinite(values[-1]) or values[-1] == 0:
        return 0
    different = np.flatnonzero(values != values[-1])
    run = len(values) - 1 - int(different[-1]) if len(different) else len(values)
    if run < 2:
        return 0
    before = values[: len(values) - run]
    pairs = np.isfinite(before[1:]) & np.isfinite(before[:-1])
    equal = pairs & (before[1:] == before[:-1])
    usual = (equal.sum() + 1) / (pairs.sum() + 2)
    return run if usual ** (run - 1) <= RARE else 0
