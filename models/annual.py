"""From monthly paths to the distribution of the year's outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.series import FigureStatus, Kind, Month, Series


@dataclass(frozen=True, eq=False)
class AnnualDistribution:
    """The year's outcome on every path, given what is known.

    Attributes
    ----------
    kind, unit : of the series; the outcome of kind 'growth' is in per cent
    year : int
    samples : array, shape (n_paths,), the year's outcome, in `unit`
    base : array, shape (n_paths,), last year's outcome on the same path, in
        `unit` (100 for kind 'growth'); NaN where last year is not known
    base_status : status of `base`
    actual_to_date : the published figure for the year to date (average: mean of
        the months; closing: the last level); None when no month is known
    data_status : status of `actual_to_date`
    known : array, shape (n_paths,), the outcome if the months to come brought
        nothing; samples − known is the rest, linear in `months`
    months : array, shape (n_paths, n_months), months of `year` after the
        cutoff, in the unit of `series.values`
    first : the first of these months
    non_negative : no month of the history is below zero, so none to come is
    """

    kind: Kind
    unit: str
    year: int
    samples: NDArray[np.float64]
    base: NDArray[np.float64]
    base_status: FigureStatus | None
    actual_to_date: float | None
    data_status: FigureStatus | None
    known: NDArray[np.float64]
    months: NDArray[np.float64]
    first: Month
    non_negative: bool

    @property
    def mean(self) -> float:
        return float(self.samples.mean())

    @property
    def median(self) -> float:
        return float(np.median(self.samples))

    @property
    def rest(self) -> NDArray[np.float64]:
        """What the months to come add to the outcome, shape (n_paths,), in `unit`."""
        return self.samples - self.known

    @property
    def growth(self) -> NDArray[np.float64]:
        """Growth of the outcome on last year, shape (n_paths,), per cent."""
        raise NotImplementedError

    def quantile(self, levels: float | Sequence[float]) -> NDArray[np.float64]:
        """Quantiles of the outcome, shape of `levels`, in `unit`."""
        return np.asarray(np.quantile(self.samples, levels))

    def interval(self, coverage: float) -> tuple[float, float]:
        """The central interval that holds `coverage` (0 to 1) of the paths, in `unit`."""
        low, high = np.quantile(self.samples, [(1 - coverage) / 2, (1 + coverage) / 2])
        return float(low), float(high)


def annual_distribution(
    series: Series,
    paths: NDArray[np.float64],
    *,
    year: int | None = None,
    rng: np.random.Generator | None = None,
) -> AnnualDistribution:
    """The year's outcome on every path.

    Parameters
    ----------
    series : Series
    paths : array, shape (n_paths, horizon), joint futures from the month after
        the cutoff at least to December of `year`; for kind 'ratio' of the
        monthly ratio, otherwise in the unit of `series.values`
    year : the year to project; default that of the cutoff
    rng : draws months that are missing and not covered by the published figure
        to date; default seeded by the series' name and vintage
    """
    raise NotImplementedError
