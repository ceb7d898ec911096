"""Doubts that need the whole series, not a single month: slips, signs, years to date.

They also serve a first load, when nothing is stored yet to compare with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np

from data.vintages.observation import Form, Observation
from models.series import Month

AROUND = 6  # months on either side of a month
LEAST = 12  # months that a series needs, one of which may be below zero
TIMES = 5.0  # a month is a slip if it is so many times, or the same part of, those around it
FAR = 6.0  # and so many robust standard deviations away
YEARS = 2  # years that rise before months are taken for years to date
RISING = 5  # months of a year that must be known
FALL = 0.7  # January ÷ December, at most
_NORMAL_MAD = 1.4826
_SMALLEST = 0.05


@dataclass(frozen=True)
class Around:
    """The months of a series, each compared with the months around it."""

    values: Mapping[int, float]  # by ordinal
    spread: float  # robust standard deviation of the logs about those around them

    @classmethod
    def of(cls, known: Mapping[tuple[Form, Month], float]) -> Around | None:
        """None for a series that is too short or mostly without positive months."""
        values = {
            month.ordinal: value for (form, month), value in known.items() if form == "month"
        }
        positive = {ordinal: value for ordinal, value in values.items() if value > 0}
        if len(positive) < LEAST - 1 or len(values) < LEAST or 2 * len(positive) < len(values):
            return None
        logs = [
            abs(np.log(value / usual))
            for ordinal, value in positive.items()
            if (usual := _usual(positive, ordinal)) is not None
        ]
        spread = _NORMAL_MAD * float(np.median(logs)) if logs else 0.0
        return cls(values, max(spread, _SMALLEST))

    def doubt(self, figure: Observation) -> tuple[Literal["slip", "sign"], float] | None:
        """Whether a month is far from those around it, and from its month of other years."""
        positive = {ordinal: value for ordinal, value in self.values.items() if value > 0}
        place = figure.month.ordinal
        usual = _usual(positive, place)
        if usual is None:
            return None
        if figure.value <= 0:
            others = [value for ordinal, value in self.values.items() if ordinal != place]
            lone = all(value > 0 for value in others) and figure.value < 0
            return ("sign", usual) if lone else None
        far = abs(float(np.log(figure.value / usual)))
        if far < np.log(TIMES) or far < FAR * self.spread:
            return None
        same = [positive[at] for at in positive if at != place and (at - place) % 12 == 0]
        if same and abs(np.log(figure.value / float(np.median(same)))) < np.log(TIMES):
            return None  # the season makes it so every year
        return "slip", usual


def _usual(values: Mapping[int, float], place: int) -> float | None:
    """The median of the months around a month; None if fewer than four are known."""
    beside = [
        values[at]
        for at in range(place - AROUND, place + AROUND + 1)
        if at != place and at in values
    ]
    return float(np.median(beside)) if len(beside) >= 4 else None


def as_years_to_date(known: Mapping[tuple[Form, Month], float]) -> tuple[Month, float] | None:
    """The last month of months that look like years to date, and the December before it.

    Within each of two or more years the months only rise, and every January falls back.
    """
    values = {month: value for (form, month), value in known.items() if form == "month"}
    rising = 0
    falls: list[float] = []
    for year in sorted({month.year for month in values}):
        months = [
            values[Month(year, each)] for each in range(1, 13) if Month(year, each) in values
        ]
        if any(later < earlier for earlier, later in pairwise(months)):
            return None
        rising += len(months) >= RISING and months[-1] > months[0] > 0
        last = max((m for m in values if m.year < year), default=None)
        first = min(month for month in values if month.year == year)
        if last is not None and last.year == year - 1:
            if values[first] > FALL * values[last]:
                return None
            falls.append(values[last])
    if rising < YEARS or len(falls) < YEARS - 1:
        return None
    return max(values), falls[-1]
