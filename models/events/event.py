"""Events, the shocks to a series: pulses, steps, ramps; found in history or entered by a planner.

A found event is a suggestion with a date and a size. Only events that a planner (or a
stated rule) accepts are removed from a series before fitting, so that last year's
closure is not projected as this year's season.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.errors import SeriesTooShort
from models.series import Month, Series

Shape = Literal["pulse", "step", "ramp"]

MONTHS_NEEDED = 36
WINDOW = 6  # months on each side of a level shift
SMALLEST = np.log(1.15)  # effects under 15 % are not suggested
_NORMAL_MAD = 1.4826


@dataclass(frozen=True)
class Event:
    """A named, dated effect on a series.

    Attributes
    ----------
    name : str
    start : first month affected
    shape : 'pulse' acts on `length` months; 'step' acts from `start` on; 'ramp' grows
        evenly over `length` months, then stays
    size : relative effect on the month, −0.3 means 30 % lower
    length : months of a pulse or of a ramp's growth
    accepted : None for a suggestion
    """

    name: str
    start: Month
    shape: Shape
    size: float
    length: int = 1
    accepted: bool | None = None


def factors(events: Sequence[Event], start: Month, n_months: int) -> NDArray[np.float64]:
    """The factor of the events on each month, shape (n_months,); 1.0 without effect."""
    product = np.ones(n_months)
    ages = np.arange(n_months) + start.ordinal
    for event in events:
        age = ages - event.start.ordinal
        if event.shape == "pulse":
            share = ((age >= 0) & (age < event.length)).astype(float)
        elif event.shape == "step":
            share = (age >= 0).astype(float)
        else:
            share = np.clip((age + 1) / event.length, 0.0, 1.0)
        product *= 1.0 + event.size * share
    return product


def without_events(series: Series, events: Sequence[Event]) -> Series:
    """The series as it would have been without its accepted pulses.

    Steps and ramps stay in: they change the level. The published cumulative figure is
    unchanged.
    """
    pulses = [event for event in events if event.accepted and event.shape == "pulse"]
    if not pulses:
        return series
    effect = factors(pulses, series.start, len(series.values))
    cleaned = np.where(effect > 0, series.values / np.where(effect > 0, effect, 1.0), np.nan)
    return replace(series, values=cleaned)


def effect_ahead(events: Sequence[Event], cutoff: Month, horizon: int) -> NDArray[np.float64]:
    """The factor of accepted events on the months after the cutoff, shape (horizon,).

    A forecast starts from the series without its pulses, at the level that steps and
    ramps have reached. So pulses have their whole effect, steps and ramps the remaining
    part.
    """
    accepted = [event for event in events if event.accepted]
    lasting = [event for event in accepted if event.shape != "pulse"]
    pulses = [event for event in accepted if event.shape == "pulse"]
    reached = factors(lasting, cutoff, 1 + horizon)
    ahead = np.divide(reached[1:], reached[0], out=np.ones(horizon), where=reached[0] != 0)
    return np.asarray(ahead * factors(pulses, cutoff.plus(1), horizon), dtype=float)


def over_by(events: Sequence[Event], month: Month) -> tuple[Event, ...]:
    """The events whose last month, of a step its first, is not after `month`."""
    return tuple(
        event
        for event in events
        if event.start.plus(0 if event.shape == "step" else event.length - 1) <= month
    )


def find_events(series: Series, threshold: float = 5.0) -> tuple[Event, ...]:
    """Flag outlying months and level shifts, with date and size.

    Parameters
    ----------
    series : at least 36 months; zero, negative and missing months are interpolated
        and never flagged
    threshold : in robust standard deviations

    Returns
    -------
    tuple of `Event`, by date, suggestions

    Raises
    ------
    SeriesTooShort
        If fewer than 36 months are positive.

    Notes
    -----
    Ours: logs are seasonally adjusted by robust STL (Cleveland and others 1990,
    Journal of Official Statistics 6(1)). A shift is the change of the median
    from six months to the next six beyond the usual growth; a pulse is the deviation,
    after shifts, from the median of the six months on either side. January and February
    of years with an unusual Tết may be among the suggestions.
    """
    from statsmodels.tsa.seasonal import STL

    usable = np.isfinite(series.values) & (series.values > 0)
    if usable.sum() < MONTHS_NEEDED:
        raise SeriesTooShort(
            "{key} has {int} positive months at cutoff {cutoff}; finding events needs "
            "{MONTHS_NEEDED}. Add history or name events by hand.",
            key=series.key,
            int=int(usable.sum()),
            cutoff=series.cutoff,
            MONTHS_NEEDED=MONTHS_NEEDED,
        )
    places = np.arange(len(usable))
    logs = np.interp(places, places[usable], np.log(series.values[usable]))
    adjusted = logs - STL(logs, period=12, robust=True).fit().seasonal
    shifts = _find_shifts(adjusted, threshold, series.start)
    level = np.log(factors(shifts, series.start, len(logs)))
    pulses = _find_pulses(adjusted - level, usable, threshold, series.start)
    return tuple(sorted((*shifts, *pulses), key=lambda event: (event.start, event.shape)))


def _find_shifts(logs: NDArray[np.float64], threshold: float, start: Month) -> list[Event]:
    growth = np.median(logs[12:] - logs[:-12]) / 12 * WINDOW
    places = np.arange(WINDOW, len(logs) - WINDOW + 1)
    jumps = np.array(
        [np.median(logs[p : p + WINDOW]) - np.median(logs[p - WINDOW : p]) for p in places]
    )
    excess = jumps - growth
    limit = max(threshold * _scale(excess), SMALLEST)
    shifts: list[Event] = []
    while excess.size and np.abs(excess).max() > limit:
        best = int(np.abs(excess).argmax())
        month = start.plus(int(places[best]))
        size = float(np.expm1(excess[best]))
        shifts.append(Event(f"level shift {month}", month, "step", size))
        near = np.abs(places - places[best]) < 2 * WINDOW
        excess = np.where(near, 0.0, excess)
    return shifts


def _find_pulses(
    logs: NDArray[np.float64], usable: NDArray[np.bool_], threshold: float, start: Month
) -> list[Event]:
    gaps = np.zeros(len(logs))
    for place in range(len(logs)):
        around = np.r_[logs[max(0, place - WINDOW) : place], logs[place + 1 : place + 1 + WINDOW]]
        gaps[place] = logs[place] - np.median(around)
    outlying = usable & (np.abs(gaps) > max(threshold * _scale(gaps[usable]), SMALLEST))
    pulses: list[Event] = []
    place = 0
    while place < len(logs):
        if not outlying[place]:
            place += 1
            continue
        end = place + 1
        while end < len(logs) and outlying[end] and gaps[end] * gaps[place] > 0:
            end += 1
        month = start.plus(place)
        size = float(np.expm1(gaps[place:end].mean()))
        pulses.append(Event(f"outlier {month}", month, "pulse", size, length=end - place))
        place = end
    return pulses


def _scale(values: NDArray[np.float64]) -> float:
    return _NORMAL_MAD * float(np.median(np.abs(values - np.median(values))))
