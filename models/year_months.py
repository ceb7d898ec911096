"""The twelve months of a calendar year on every path: observed, drawn where missing, projected."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.paths import Paths
from models.scale import Scale, filled
from models.series import Month, Series

Array = NDArray[np.float64]

MONTHS = 12  # of a year; 0 to 11 of them are known
NEIGHBOUR = 0.5  # weight of what was learned one month of the year away
RECENT = 36  # months on which the filling rule is tested
_FEW = 6


def months_known(series: Series, year: int) -> int:
    """Number of months of `year` up to the cutoff, 0 to 12."""
    return int(np.clip(series.cutoff.ordinal - Month(year, 1).ordinal + 1, 0, 12))


def near(known: NDArray[np.int64]) -> Array:
    """How much what was learned with so many months known counts for 0 to 11, shape (12, n)."""
    distance = np.abs(known - np.arange(MONTHS)[:, None])
    return np.asarray(np.maximum(0.0, 1.0 - (1.0 - NEIGHBOUR) * distance), dtype=float)


def year_months(
    values: Array, start: Month, paths: Paths, year: int, rng: np.random.Generator
) -> Paths:
    """The months of one year on every path.

    Parameters
    ----------
    values : array, shape (n_months,), from `start` to the cutoff; NaN is a gap
    paths : array, shape (n_paths, horizon), from the month after the cutoff
    year : int
    rng : draws the gaps

    Returns
    -------
    array, shape (n_paths, 12); NaN for months before `start` and beyond the paths
    """
    first = Month(year, 1).ordinal - start.ordinal
    full = np.full((len(paths), 12), np.nan)
    gaps: dict[int, Array] | None = None
    for month, place in enumerate(range(first, first + 12)):
        ahead = place - len(values)
        if 0 <= ahead < paths.shape[1]:
            full[:, month] = paths[:, ahead]
        elif 0 <= place < len(values):
            if np.isnan(values[place]) and gaps is None:
                gaps = draw_gaps(values, len(paths), rng)
            full[:, month] = gaps[place] if gaps and place in gaps else values[place]
    return full


def draw_gaps(values: Array, n_paths: int, rng: np.random.Generator) -> dict[int, Array]:
    """Draws for every gap of a series.

    Parameters
    ----------
    values : array, shape (n_months,); NaN is a gap

    Returns
    -------
    dict, place of the gap → array, shape (n_paths,), in the unit of `values`

    Notes
    -----
    Ours: centred on the rule that fills gaps for the candidates
    (`models.scale.filled`), with the spread of that rule's errors on the last 36
    months when each of them is left out in turn.
    """
    gaps = np.flatnonzero(np.isnan(values))
    scale = Scale.of(values)
    known = scale.apply(values)
    centre, spread = filled(known), _filling_error(known)
    return {
        int(gap): scale.undo(centre[gap] + spread * rng.standard_normal(n_paths)) for gap in gaps
    }


def _filling_error(known: Array) -> float:
    """Root mean square error of the filling rule on known months."""
    places = np.flatnonzero(np.isfinite(known))[-RECENT:]
    errors = []
    for place in places[places >= 12]:
        without = known.copy()
        without[place] = np.nan
        errors.append(filled(without)[place] - known[place])
    if len(errors) < _FEW:
        return float(known[places].std()) if places.size else np.nan
    return float(np.sqrt(np.mean(np.square(errors))))


def denominators(series: Series, year: int) -> Array:
    """Denominators of a ratio's year, shape (12,); future months without spread.

    A future month is the same month a year before × the growth of the last twelve
    months on the twelve before them (no growth with less than two years);
    gaps are filled as for the candidates.
    """
    known = filled(
        np.full(len(series.values), np.nan) if series.denominator is None else series.denominator
    )
    before = known[-24:-12].sum() if len(known) >= 24 else 0.0
    growth = known[-12:].sum() / before if before > 0 else 1.0
    first = Month(year, 1).ordinal - series.start.ordinal
    months = np.full(12, np.nan)
    for month, place in enumerate(range(first, first + 12)):
        years_ahead = max(0, -(-(place - len(known) + 1) // 12))
        source = place - 12 * years_ahead
        if 0 <= source < len(known):
            months[month] = known[source] * growth**years_ahead
    return months
