"""A jump of unit: a month that is about 10, 100, 1,000 … times what it should be.

A shock can have any size; a wrong unit has a power of ten, comes from one month to the next and
is far larger than what is usual. So a month is a jump only if both earlier years agree on the
power, and the month before was either usual or the same jump; and a fall is none in a month in
which others of the family fell too, by other factors, as visitors did in April 2020.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np

from models.series import Month, Series
from models.watching.deviations import Deviations, deviations

RECENT = 3  # months that are looked at
FAR = 6.0  # in usual sizes
BEFORE = 3.0  # the same, of the month before at most
NOISE = 2.5  # tolerance on the power of ten, in usual sizes
NEAREST, FURTHEST, OF_TEN = 0.08, 0.45, 0.2  # its limits; shocks come near 10, rarely near 1,000
FELL = 3  # series that fall together in a shock, at least
SHARE_FELL = 0.2  # of those judged
ALIKE = 0.8  # share of them with one power of ten, from which on their file has a wrong unit
_TEN = float(np.log(10.0))


@dataclass(frozen=True)
class UnitJump:
    """The first month of a jump that lasts, or of one figure, and the power of ten."""

    month: Month
    power: int


def unit_jump(series: Series, shocks: Collection[Month] = ()) -> UnitJump | None:
    """The jump of unit within the last months; None if there is none.

    Parameters
    ----------
    series : judged with two years of months before, or more
    shocks : months of `shocks_of` its family
    """
    found = deviations(series.values)
    end = len(series.values)
    for place in range(max(end - RECENT, 0), end):
        month, power = series.start.plus(place), power_at(found, place)
        if power > 0 or (power and month not in shocks):
            return UnitJump(month, power)
    return None


def shocks_of(family: Iterable[Series]) -> frozenset[Month]:
    """The months in which many series of a family fell far, by different factors."""
    judged: Counter[Month] = Counter()
    fallen: dict[Month, list[int]] = {}
    for series in family:
        found = deviations(series.values)
        known = np.isfinite(found.size) & np.isfinite(found.usual)
        for place in np.flatnonzero(known).tolist():
            month = series.start.plus(place)
            judged[month] += 1
            if found.size[place] < -FAR * found.usual[place]:
                fallen.setdefault(month, []).append(_power(found, place))
    return frozenset(
        month
        for month, powers in fallen.items()
        if len(powers) >= max(FELL, SHARE_FELL * judged[month])
        and Counter(powers).most_common(1)[0][1] < ALIKE * len(powers)
    )


def power_at(found: Deviations, place: int) -> int:
    """The power of ten by which a month jumps; 0 if it does not."""
    power, usual = _power(found, place), found.usual[place]
    if not power or place == 0:
        return 0
    before = found.size[place - 1]
    if not np.isfinite(before):
        return 0
    steady = abs(before) <= BEFORE * usual or power_at(found, place - 1) == power
    return power if steady else 0


def _power(found: Deviations, place: int) -> int:
    size, usual = found.size[place], found.usual[place]
    if not np.isfinite(size) or not np.isfinite(usual) or abs(size) <= FAR * usual:
        return 0
    powers = set()
    for one in (found.on_year[place], found.on_two[place]):
        if np.isfinite(one):
            nearest = round(one / _TEN)
            furthest = OF_TEN if abs(nearest) == 1 else FURTHEST
            allowed = float(np.clip(NOISE * usual / _TEN, NEAREST, furthest))
            powers.add(nearest if abs(one / _TEN - nearest) <= allowed else 0)
    return powers.pop() if len(powers) == 1 else 0
