"""The scale a candidate works on: logarithms where values are well above zero, else levels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NEAR_ZERO = 0.01  # of the median; logs of smaller values would dominate


@dataclass(frozen=True)
class Scale:
    """Chosen when a candidate is fitted, and stored in its parameters.

    Attributes
    ----------
    logs : work on logarithms
    non_negative : no value is below zero, so no draw may be
    """

    logs: bool
    non_negative: bool

    @classmethod
    def of(cls, values: NDArray[np.float64]) -> Scale:
        """Logarithms if every value present is at least 1 % of a positive median."""
        present = values[np.isfinite(values)]
        if present.size == 0:
            return cls(logs=False, non_negative=False)
        least, median = float(present.min()), float(np.median(present))
        return cls(logs=least > 0 and least >= NEAR_ZERO * median, non_negative=least >= 0)

    def apply(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """To the working scale; on logs a value that is not positive becomes a gap."""
        if not self.logs:
            return np.array(values, dtype=float)
        positive = np.where(values > 0, values, np.nan)
        return np.asarray(np.log(positive), dtype=float)

    def undo(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Back to the series' unit; logs are capped at 700, levels at zero if `non_negative`."""
        if self.logs:
            return np.exp(np.minimum(values, 700.0))
        return np.maximum(values, 0.0) if self.non_negative else values


def filled(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Gaps filled for candidates that cannot take them.

    A gap takes the same month of the year before, else of the year after, plus
    the median change between the neighbouring months; remaining gaps are
    interpolated. Works on the scale given (additive growth).
    """
    full = np.array(values, dtype=float)
    for place in np.flatnonzero(~np.isfinite(full)).tolist():
        for other in (place - 12, place + 12):
            if 0 <= other < len(full) and np.isfinite(full[other]):
                full[place] = full[other] + _median_change(full, other, place)
                break
    missing = ~np.isfinite(full)
    if missing.any() and not missing.all():
        places = np.arange(len(full))
        full[missing] = np.interp(places[missing], places[~missing], full[~missing])
    return full


def _median_change(values: NDArray[np.float64], source: int, goal: int) -> float:
    """Median change from the months around `source` to those around `goal`."""
    changes = []
    for step in range(-3, 4):
        before, after = source + step, goal + step
        if 0 <= before < len(values) and 0 <= after < len(values) and step:
            changes.append(values[after] - values[before])
    present = [change for change in changes if np.isfinite(change)]
    return float(np.median(present)) if present else 0.0
