"""A break: the level of a series has changed, and stays.

Found while it is fresh: three months in a row must lie far off on the same side of what both
earlier years lead to expect. (`models.events.event.find_events` looks back at a history with
months on either side.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.events.event import SMALLEST, Event, factors
from models.series import Month, Series
from models.watching.deviations import Deviations, deviations

IN_A_ROW = 3  # months
RECENT = 6  # months for which a break is news; then it is the level
FAR = 2.5  # in usual sizes: see experiments/watching
NEAR = 2  # months between a break and the event that explains it


@dataclass(frozen=True)
class Break:
    """A change of level: since when, and its size; −0.3 means 30 % lower."""

    since: Month
    size: float


def find_break(series: Series, events: Sequence[Event] = ()) -> Break | None:
    """The break that the last months show; None if there is none, or an event explains it.

    Parameters
    ----------
    series : judged with two years of months before, or more
    events : that somebody decided about. An accepted one is taken out before; near any of them,
        rejected ones too, nothing is reported again
    """
    accepted = [event for event in events if event.accepted]
    effect = factors(accepted, series.start, len(series.values))
    found = deviations(series.values / np.where(effect > 0, effect, np.nan))
    row = break_at(found, len(series.values) - 1)
    if row is None:
        return None
    since = series.start.plus(row.start)
    if any(abs(event.start.ordinal - since.ordinal) <= NEAR for event in events):
        return None
    return Break(since, float(np.expm1(np.median(found.size[row]))))


def break_at(found: Deviations, place: int, far: float = FAR) -> slice | None:
    """The months up to a place that show a break; None if they show none.

    Parameters
    ----------
    far : limit in usual sizes
    """
    side = np.sign(found.size[place])
    first = place + 1
    while first > 0 and side * found.size[first - 1] > max(far * found.usual[first - 1], SMALLEST):
        first -= 1
    return slice(first, place + 1) if IN_A_ROW <= place + 1 - first <= RECENT else None
