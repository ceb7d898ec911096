"""What reconstructed months leave open, carried into the year's outcome.

A series with reconstructed months is one of many that the printed figures allow
(`Series.doubt`). Each path of a forecast is given one of them: its months of this
and of last year, and with them the base of growth targets, differ accordingly;
the months to come, which were forecast from the series as it stands, are moved by
the factor by which that history's last twelve months differ from it. What was
published, such as the year to date, is the same in every history.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.paths import Paths, generator
from models.scale import filled
from models.series import Month, Series

Array = NDArray[np.float64]

RECENT = 12  # months that a forecast's level rests on


@dataclass(frozen=True, eq=False)
class Histories:
    """Histories that the printed figures allow, as deviations from the series.

    Attributes
    ----------
    deviations : array, shape (n_paths, n_months), in the unit of what is forecast
    start : month of the first column
    level : array, shape (n_paths,), what each history's last twelve months are as
        a multiple of the series'
    """

    deviations: Paths
    start: Month
    level: Array

    def of_year(self, year: int) -> Paths:
        """The deviations of a year's months, shape (n_paths, 12); 0 where none is in doubt."""
        months = np.zeros((len(self.deviations), 12))
        first = Month(year, 1).ordinal - self.start.ordinal
        for month, place in enumerate(range(first, first + 12)):
            if 0 <= place < self.deviations.shape[1]:
                months[:, month] = self.deviations[:, place]
        return months


def draw_histories(series: Series, values: Array, n_paths: int) -> Histories | None:
    """Histories for the paths of a forecast; None where no month was reconstructed.

    Parameters
    ----------
    series : its `doubt` is that of `series.values`
    values : array, shape (n_months,), what is forecast: `series.values`, or for a
        ratio the monthly ratio

    Notes
    -----
    Where no month of the series is below zero, none of a history is: deviations of
    a path that would be are shrunk as one, so that all totals hold.
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
