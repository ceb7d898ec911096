"""Calibration of annual intervals by past errors, with months that agree with the year.

Ours, after split-conformal prediction (Vovk, Gammerman and Shafer 2005,
Algorithmic Learning in a Random World; Romano, Patterson and Candès 2019,
Conformalized Quantile Regression, for scaling by a model's own spread). Past
errors of the rest of the year, divided by the ensemble's own spread, are pooled
across KPIs. Their quantiles at the same month of the year are averaged with the
ensemble's own, which are stretched to the same 80 % interval: width comes from
past errors, half of the shape from the forecast (experiments/delivered).
A KPI whose errors are larger than the family's gets a wider interval, shrunk towards
the family's. Older errors weigh less (Barber, Candès, Ramdas and Tibshirani 2023,
Conformal prediction beyond exchangeability, Annals of Statistics 51(2)): after a break
the intervals widen with its first errors, and narrow again as it passes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy
from numpy.typing import NDArray

from models.annual import AnnualDistribution
from models.year_months import MONTHS, near

Array = NDArray[np.float64]
PastErrors = Sequence[tuple[int, int, float]]  # (year, months known, standardised error)

LEVELS = np.linspace(0.005, 0.995, 199)
FEWEST = 11  # pooled errors needed for a calibration
SHRINK = 6.0  # years of errors' worth of weight that the family carries against a KPI's own
LARGEST_RATIO = 3.0  # in a KPI's own factor errors are clipped at this × the family's 80 % width
INNER = 0.8  # share of past errors that is used; beyond it quantiles grow as Student's t
MEMORY = 0.8  # weight of an error relative to one of the following year
OWN_SHAPE = 0.5  # weight of the ensemble's own shape against that of past errors
FURTHEST = 1.25  # × the 80 % width: the own shape goes no further from the centre
REACH = 1.0  # half an 80 % interval on square roots: from a quarter to 2.25 × the centre
UNSEEN = 1.2  # widening of the ensemble's own spread without past errors
FLOOR = 0.002  # minimum spread, as a share of the rest or of the outcome
_NORMAL_80 = 2.5631031310892007  # width of a normal's central 80 % in standard deviations


@dataclass(frozen=True, eq=False)
class Calibration:
    """Quantiles of past errors of the rest of the year, per months known.

    Attributes
    ----------
    quantiles : array, shape (12, n_levels), standardised errors at `LEVELS`, row
        m for m months known
    scale : the KPI's own widening relative to the family's, 1 for the family itself
    n_errors : number of past errors behind the family's quantiles
    """

    quantiles: Array
    scale: float
    n_errors: int


@dataclass(frozen=True)
class Rest:
    """Centre and spread of a forecast of the rest of a year, which standardise its error.

    Attributes
    ----------
    roots : errors are measured on square roots (no value may be negative):
        2 (√(value ÷ centre) − 1), for small errors the relative error
    centre : median, in the KPI's unit
    spread : normal-equivalent standard deviation, on the scale of errors
    """

    roots: bool
    centre: float
    spread: float

    @classmethod
    def of(cls, drawn: Array, centre: float, non_negative: bool, size: float) -> Rest:
        """From equally likely values of the rest (paths, or an even grid of quantiles).

        Parameters
        ----------
        drawn : array, shape (n,), in the KPI's unit; gives the spread
        centre : median of the forecast
        non_negative : no value may be below zero
        size : usual size of the outcome, for the minimum spread
        """
        middle = float(np.median(drawn))
        roots = non_negative and centre > 0 and middle > 0
        low, high = np.quantile(cls(roots, middle, 1.0).error(drawn), [0.1, 0.9])
        floor = FLOOR if roots else max(FLOOR * abs(size), 1e-12)
        return cls(roots, centre, max(float(high - low) / _NORMAL_80, floor))

    def error(self, values: Array) -> Array:
        """Distance of values from the centre, in units of the spread."""
        if self.roots:
            scaled = 2.0 * (np.sqrt(np.maximum(values, 0.0) / self.centre) - 1.0)
        else:
            scaled = values - self.centre
        return np.asarray(scaled / self.spread, dtype=float)

    def value(self, errors: Array) -> Array:
        """The values with these errors; the inverse of `error`."""
        scaled = errors * self.spread
        if self.roots:
            return np.asarray(self.centre * np.maximum(1.0 + scaled / 2, 0.0) ** 2, dtype=float)
        return np.asarray(self.centre + scaled, dtype=float)


def uncalibrated() -> Calibration:
    """Normal quantiles widened by `UNSEEN`: for a family without past errors."""
    return Calibration(np.tile(UNSEEN * _normal(LEVELS), (MONTHS, 1)), scale=1.0, n_errors=0)


def standardised_error(annual: AnnualDistribution, outcome: float) -> float:
    """Error of an annual forecast (actual against forecast) in units of its own spread.

    Parameters
    ----------
    annual : of the ensemble, before calibration
    outcome : actual of the year, in the KPI's unit

    Returns
    -------
    float, no unit; NaN for a year that was over. Later revisions of the months known
    are part of the error, as the drawn revision is part of the spread
    """
    if annual.months_known == 12 or not np.isfinite(outcome):
        return float("nan")
    actual = outcome - float((annual.known - annual.revision).mean())
    return float(_rest(annual).error(np.array(actual)))


def learn_calibrations(
    own: Mapping[str, PastErrors], pooled: PastErrors
) -> dict[str, Calibration]:
    """Quantiles of the family's standardised errors, scaled to each KPI.

    Parameters
    ----------
    own, pooled : (year, months known, standardised error) of each KPI and of the
        family, from forecasts whose weights did not see the year; NaN is ignored

    Returns
    -------
    dict, KPI → Calibration; `uncalibrated()` with fewer than 11 errors in the family

    Notes
    -----
    Errors are weighted by a kernel over the months known and by age from the family's
    newest year, and mirrored: the centre stays at the ensemble's, since a few years of
    a family share their shocks and say little about bias. As in split-conformal
    prediction, the outcome to come counts as an additional error. A family's errors of a
    year share their shocks, so that a handful of years tells little of the tails: beyond
    the 80 % interval quantiles grow as those of Student's t with 2 degrees of freedom.
    """
    years, known, sizes = _sizes(pooled)
    if len(sizes) < FEWEST:
        return dict.fromkeys(own, uncalibrated())
    newest = int(years.max())
    weights = _weights(years, newest)
    mass = weights * near(known)
    quantiles = np.stack([_quantiles(sizes, row) for row in mass])
    width = np.maximum(quantiles[:, np.searchsorted(LEVELS, 0.9)], 1e-9)
    usual = float(np.average(np.minimum(sizes / width[known], LARGEST_RATIO), weights=weights))
    found = {}
    for kpi, errors in own.items():
        own_years, own_known, own_sizes = _sizes(errors)
        mine = np.minimum(own_sizes / width[own_known], LARGEST_RATIO)
        scale = _own_scale(mine, _weights(own_years, newest), usual)
        found[kpi] = Calibration(quantiles, scale, len(sizes))
    return found


def calibrate(annual: AnnualDistribution, calibration: Calibration | None) -> AnnualDistribution:
    """The same paths, adjusted so that the open part has the calibrated 80 % interval.

    Its quantiles are those of past errors, averaged with the paths' own. The open part is
    the rest of the year plus the revision of the last month. Each path keeps its rank and
    its revision. Its months are multiplied by a common factor if no month of the history
    is below zero, else shifted by a common amount, so that months and year agree. A
    finished year is unchanged; without a calibration the spread is widened by `UNSEEN`.
    """
    if annual.months_known == 12:
        return annual
    learned = calibration or uncalibrated()
    rest, still_open = _rest(annual), annual.rest + annual.revision
    ranks = np.argsort(np.argsort(still_open, kind="stable"), kind="stable")
    quantiles = learned.quantiles[annual.months_known]
    past = _at(quantiles, (ranks + 0.5) / len(still_open))
    low, high = _at(quantiles, np.array([0.1, 0.9]))
    width = float(high - low)
    own = rest.error(still_open) * width / _NORMAL_80
    own = np.clip(own, -FURTHEST * width, FURTHEST * width)
    errors = (1.0 - OWN_SHAPE) * past + OWN_SHAPE * own
    scale = _within_reach(learned.scale, float(high), rest)
    return with_rest(annual, rest.value(scale * errors) - annual.revision)


def _within_reach(scale: float, high: float, rest: Rest) -> float:
    """The widening, kept from carrying errors of sharp forecasts to one that is vague.

    On square roots a widening counts squared: a family whose series stop or begin again
    has errors of many spreads, and fourteen of them on a forecast whose own 80 % interval
    reaches to three times its centre end at ninety times. Beyond `REACH` the interval is
    at most `LARGEST_RATIO` times the forecast's own.
    """
    half = scale * high * rest.spread
    reach = max(REACH, LARGEST_RATIO * rest.spread * _NORMAL_80 / 2)
    return scale * reach / half if rest.roots and half > reach else scale


def with_rest(annual: AnnualDistribution, rest: Array) -> AnnualDistribution:
    """The same year whose remaining months add `rest`, shape (n_paths,), to the outcome.

    Months that may not be negative are multiplied by a common factor; on a path without any
    they take the shape of the mean path. Others are shifted by a common amount.
    """
    months, response = annual.months, annual.response
    if annual.non_negative:
        months, rest = np.maximum(months, 0.0), np.maximum(rest, 0.0)
        before = (months * response).sum(axis=1)
        some = before > 0
        usual = months.mean(axis=0) if months.any() else np.ones(months.shape[1])
        factor = np.divide(rest, before, out=np.zeros_like(before), where=some)
        filled = usual * (rest / (response @ usual))[:, None]
        months = np.where(some[:, None], months * factor[:, None], filled)
    else:
        months = months + ((rest - annual.rest) / response.sum(axis=1))[:, None]
    return replace(annual, months=np.rint(months) if annual.traits.whole_numbers else months)


def _rest(annual: AnnualDistribution) -> Rest:
    still_open = annual.rest + annual.revision
    middle = float(np.median(still_open))
    return Rest.of(still_open, middle, annual.non_negative, annual.median)


def _quantiles(sizes: Array, mass: Array) -> Array:
    """Quantiles at `LEVELS` of weighted error sizes and their mirror images."""
    kept = mass > 0
    if not kept.any():
        return UNSEEN * _normal(LEVELS)
    order = np.argsort(sizes[kept], kind="stable")
    ordered, weights = sizes[kept][order], mass[kept][order]
    share = np.cumsum(weights) / (weights.sum() + 1.0)
    upper = LEVELS[LEVELS > 0.5]
    inside = 2 * upper - 1  # share of outcomes between −q and q
    top = min(INNER, float(share[-1]))
    found = np.interp(np.minimum(inside, top), np.r_[0.0, share], np.r_[0.0, ordered])
    found *= np.maximum(1.0, _student(inside) / _student(top))
    return np.concatenate([-found[::-1], np.zeros(len(LEVELS) - 2 * len(upper)), found])


def _student(inside: Array | float) -> Array:
    """The quantile of Student's t with 2 degrees of freedom that holds this share within ±."""
    return np.asarray(inside * np.sqrt(2.0 / (1.0 - np.square(inside))), dtype=float)


def _at(quantiles: Array, levels: Array) -> Array:
    """Errors at any level; beyond the grid they grow as a normal's."""
    inside = np.interp(levels, LEVELS, quantiles)
    edge = float(_normal(LEVELS[-1:])[0])
    distance = np.abs(_normal(levels))
    ends = np.where(levels < 0.5, quantiles[0], quantiles[-1])
    return np.where(distance > edge, ends * distance / edge, inside)


def _sizes(errors: PastErrors) -> tuple[NDArray[np.int64], NDArray[np.int64], Array]:
    """Years, months known and absolute values of the finite errors, shape (n,) each."""
    kept = [(year, known, abs(error)) for year, known, error in errors if np.isfinite(error)]
    table = np.array(kept, dtype=float).reshape(-1, 3)
    return table[:, 0].astype(np.int64), table[:, 1].astype(np.int64), table[:, 2]


def _weights(years: NDArray[np.int64], newest: int) -> Array:
    return np.asarray(MEMORY ** (newest - years), dtype=float)


def _own_scale(mine: Array, weights: Array, usual: float) -> float:
    """The KPI's mean relative error against the family's, shrunk towards 1.

    The errors of a year share their shocks: eleven count as a single error.
    """
    years = float(weights.sum()) / 11
    total = float(mine @ weights) / 11 + SHRINK * usual
    return float(np.clip(total / ((years + SHRINK) * max(usual, 1e-9)), 0.5, 2.5))


def _normal(levels: Array) -> Array:
    return np.asarray(scipy.special.ndtri(levels), dtype=float)
