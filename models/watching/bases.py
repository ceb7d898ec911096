"""A change of base: an index or a price basis was set anew, so all months moved by one factor."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.series import Month, Series

FEWEST = 6  # months that moved together
LEAST = 0.005  # a factor within half a per cent of 1 is a revision
ALIKE = 0.003  # differences between the months' logarithms that rounding explains
MOST = 0.8  # share of the months since the first that moved which moved alike; others were revised


@dataclass(frozen=True)
class NewBase:
    """Months that a later vintage gives as one multiple of the earlier.

    Attributes
    ----------
    first, last : month, of those that moved
    factor : new ÷ old
    whole : no month before `first` was left on the old base
    """

    first: Month
    last: Month
    factor: float
    whole: bool


def new_base(before: Series, after: Series) -> NewBase | None:
    """The change of base between two vintages of a series; None if there is none.

    Parameters
    ----------
    before, after : the same KPI as of two days; months that both have are compared
    """
    first = max(before.start, after.start)
    last = min(before.cutoff, after.cutoff)
    n = last.ordinal - first.ordinal + 1
    if n < FEWEST:
        return None
    old = before.values[first.ordinal - before.start.ordinal :][:n]
    new = after.values[first.ordinal - after.start.ordinal :][:n]
    known = np.isfinite(old) & np.isfinite(new) & (old > 0) & (new > 0)
    logs = np.log(np.where(known, new, 1.0) / np.where(known, old, 1.0))
    changed = known & (np.abs(logs) > LEAST)
    if changed.sum() < FEWEST:
        return None
    factor = float(np.median(logs[changed]))
    alike = np.flatnonzero(changed & (np.abs(logs - factor) <= ALIKE))
    if len(alike) < max(FEWEST, MOST * known[alike.min(initial=n) :].sum()):
        return None
    whole = not known[: alike[0]].any()
    return NewBase(
        first.plus(int(alike[0])), first.plus(int(alike[-1])), float(np.exp(factor)), whole
    )
