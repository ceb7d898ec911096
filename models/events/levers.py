"""Levers of a what-if on the remaining months of a projected year, on the same paths.

A scenario changes the paths of the projection month by month, so that its outcome
differs from the projection's by the levers alone: random numbers, calibration and the
months known are the same. Other months stay as projected; a month that is set does not
affect later months.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.annual import AnnualDistribution
from models.errors import InvalidScenario
from models.events.event import Event, factors
from models.series import Month

LeverShape = Literal["percent", "absolute", "known", "event"]


@dataclass(frozen=True)
class Lever:
    """A change of some months.

    Attributes
    ----------
    shape : 'percent' of the projected value, 'absolute' adds an amount, 'known' sets
        the figure, 'event' multiplies by `models.events.event.factors`
    months : the months to change; for an event the months affected, default all remaining
    value : per cent (−20 takes a fifth away), or in the KPI's unit; for kind
        'growth' points of the rate on the same month of last year, or that rate
    event : for shape 'event'
    """

    shape: LeverShape
    months: tuple[Month, ...] = ()
    value: float | None = None
    event: Event | None = None


def changed(annual: AnnualDistribution, levers: Sequence[Lever]) -> AnnualDistribution:
    """The year with the levers applied, in their order.

    Parameters
    ----------
    annual : calibrated, of a whole year
    levers : of remaining months

    Returns
    -------
    AnnualDistribution with the same paths, changed

    Raises
    ------
    InvalidScenario
        For a known month, a month outside the year, or a lever that lacks the value or
        event of its shape.

    Notes
    -----
    If no month of the history is below zero, no changed month is; counts stay whole numbers.
    """
    months = np.array(annual.months)
    before = annual.last_year[:, annual.months_known :]
    for lever in levers:
        if lever.shape == "event":
            months *= _event_factors(annual, lever)
            continue
        if lever.value is None or not np.isfinite(lever.value):
            raise InvalidScenario(
                "a change of shape '{shape}' needs a value; give one.", shape=lever.shape
            )
        for place in _places(annual, lever.months):
            months[:, place] = _changed_month(annual, months[:, place], before[:, place], lever)
    if annual.non_negative:
        months = np.maximum(months, 0.0)
    if annual.traits.whole_numbers:
        months = np.rint(months)
    after = replace(annual, months=months)
    middle = annual.middle and annual.middle.moved(
        after.median - annual.median, after.mean - annual.mean
    )
    return replace(after, middle=middle)


def with_part(
    total: AnnualDistribution, part: AnnualDistribution, changed_part: AnnualDistribution
) -> AnnualDistribution:
    """A total's year after a change of one of its parts.

    Parameters
    ----------
    total, part : as projected
    changed_part : the part with its levers

    Notes
    -----
    The paths of a family share a joint order (`models.coherence`), so the change of a
    part is added to its total path by path, and that of its middle to the total's middle.
    Months that the total already knows do not change.
    """
    change = changed_part.months - part.months
    months = np.array(total.months)
    for place in range(part.months_known, part.n_months):
        if place >= total.months_known:
            months[:, place - total.months_known] += change[:, place - part.months_known]
    if total.non_negative:
        months = np.maximum(months, 0.0)
    middle = total.middle and total.middle.moved(
        changed_part.shown_median - part.shown_median, changed_part.shown_mean - part.shown_mean
    )
    return replace(total, months=months, middle=middle)


def _changed_month(
    annual: AnnualDistribution,
    month: NDArray[np.float64],
    before: NDArray[np.float64],
    lever: Lever,
) -> NDArray[np.float64]:
    """One month on every path, shape (n_paths,)."""
    value = float(lever.value or 0.0)
    if lever.shape == "percent":
        return month * (1.0 + value / 100.0)
    by_rate = annual.traits.known_by_rates
    if lever.shape == "absolute":
        return month + (before * value / 100.0 if by_rate else value)
    return before * (1.0 + value / 100.0) if by_rate else np.full(len(month), value)


def _event_factors(annual: AnnualDistribution, lever: Lever) -> NDArray[np.float64]:
    """The factor on each remaining month, shape (horizon,)."""
    event = lever.event
    if event is None:
        raise InvalidScenario("a change of shape 'event' needs an event: shape, start and size.")
    _check(event)
    horizon = annual.months.shape[1]
    first = Month(annual.year, 1).plus(annual.months_known)
    found = factors([event], first, horizon)
    if lever.months:
        affected = np.zeros(horizon, dtype=bool)
        affected[_places(annual, lever.months)] = True
        found = np.where(affected, found, 1.0)
    if not (found != 1.0).any():
        raise InvalidScenario(
            "the event '{name}' from {start} on touches none of the months to come, "
            "{first} to {year}-12. Give another start or size.",
            name=event.name,
            start=event.start,
            first=first,
            year=annual.year,
        )
    return found


def _check(event: Event) -> None:
    if not np.isfinite(event.size) or event.size < -1.0:
        raise InvalidScenario(
            "expected the size of an event as a share, from −1 (nothing is left) up, "
            "found {size:g}. −0.3 means 30 % lower.",
            size=event.size,
        )
    if event.length < 1:
        raise InvalidScenario(
            "expected a length of 1 month or more, found {length}.", length=event.length
        )


def _places(annual: AnnualDistribution, months: Sequence[Month]) -> list[int]:
    """Columns of `annual.months`; raises `InvalidScenario` for other months."""
    first = Month(annual.year, 1).plus(annual.months_known)
    december = Month(annual.year, 12)
    if not months:
        raise InvalidScenario("a change needs the months that it is about; name them.")
    for month in months:
        if not first <= month <= december:
            come = f"{first} to {december}" if first <= december else "none"
            raise InvalidScenario(
                "expected a month still to come ({come}), found {month}: what is known "
                "cannot be supposed otherwise.",
                come=come,
                month=month,
            )
    if len(set(months)) < len(months):
        raise InvalidScenario("a change names a month twice; name it once.")
    return [month.ordinal - first.ordinal for month in months]
