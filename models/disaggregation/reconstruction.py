"""The uncertainty of reconstructed months, carried into the year's outcome.

A series with reconstructed months is one of many histories that the printed figures
allow (`Series.doubt`). Each path of a forecast gets its own history: its months of
this and of last year differ, and with them the base of growth targets. The projected
months, forecast from the series itself, are multiplied by the ratio of that history's
last twelve months to the series'. Published figures, such as the year to date, are the
same in every history.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.paths import Paths, generator
from models.scale import filled
from models.series import Month, Series

Array = NDArray[np.float64]

RECENT = 12  # months that determine a forecast's level


@dataclass(frozen=True, eq=False)
class Histories:
    """Histories that the printed figures allow, as deviations from the series.

    Attributes
    ----------
    deviations : array, shape (n_paths, n_months), in the unit of the forecast
    start : month of the first column
    level : array, shape (n_paths,), sum of each history's last twelve months as a
        multiple of the series'
    """

    deviations: Paths
    start: Month
    level: Array

    def of_year(self, year: int) -> Paths:
        """The deviations of a year's months, shape (n_paths, 12); 0 for printed months."""
        months = np.zeros((len(self.deviations), 12))
        first = Month(year, 1).ordinal - self.start.ordinal
        for month, place in enumerate(range(first, first + 12)):
            if 0 <= place < self.deviations.shape[1]:
                months[:, month] = self.deviations[:, place]
        return months


def draw_histories(series: Series, values: Array, n_paths: int) -> Histories | None:
    """Histories for the paths of a forecast; None if no month was reconstructed.

    Parameters
    ----------
    series : its `doubt` is that of `series.values`
    values : array, shape (n_months,), the values forecast: `series.values`, or for a
        ratio the monthly ratio

    Notes
    -----
    If no month of the series is below zero, no month of a history is: the deviations of
    such a path are shrunk by a common factor, so that all totals are still met.
    """
    if series.doubt is None:
        return None
    rng = generator(series.key, str(series.as_of), "reconstructed")
    deviations = rng.standard_normal((n_paths, series.doubt.shape[1])) @ series.doubt.T
    if series.denominator is not None:
        usable = np.where(series.denominator != 0, series.denominator, np.inf)
        deviations = deviations / usable
    known = np.nan_to_num(values)
    if (known >= 0).all():
        lost = np.minimum(deviations, 0.0)
        room = np.divide(-known, lost, out=np.full(lost.shape, np.inf), where=lost < 0)
        deviations = deviations * np.minimum(room.min(axis=1), 1.0)[:, None]
    recent = float(filled(values)[-RECENT:].sum())
    level = np.ones(n_paths)
    if recent > 0:
        level = np.maximum(1.0 + deviations[:, -RECENT:].sum(axis=1) / recent, 0.0)
    return Histories(deviations, series.start, level)
