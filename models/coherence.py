"""Joint paths of several KPIs: one copula per family and vintage.

Ours. Past forecast errors show which KPIs err together, but they are few: the errors of
one year share their shocks, so that independent KPIs seem correlated by chance. A KPI's
score on a path is therefore the sum of three parts, all standard normal:

- *origins*: every origin of the backtest (a year and the months then known) has a draw
  per path, shared by the family, weighted by the KPI's own standardised errors there.
  Two KPIs have the correlation of their past errors (the cosine c of the error vectors).
  Its share of the variance grows with the number of years, up to `SHARED`.
- *common*: one draw for the whole family, with a share of `COMMON`: a year's surprise
  mostly goes one way.
- *own*: a Gaussian process over error vectors with the odd kernel
  exp(−(1 − c) ÷ length) − exp(−(1 + c) ÷ length), drawn by random Fourier features
  (Rahimi and Recht 2007): twins, such as one activity in two price bases, stay together,
  opposites apart, and KPIs that are neither are independent.

Scores are jointly normal: a Gaussian copula drawn without forming a correlation matrix.
A KPI's scores depend on its own errors and on shared draws alone, so adding a KPI changes
no other KPI's numbers. The shares were chosen by the log density of outcomes of later
years, on which the correlation of past errors alone is far worse than independence
(experiments/delivered).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.annual import AnnualDistribution
from models.paths import generator
from models.series import Series

SHARED = 0.2  # largest share of the variance that goes by the correlation of past errors
HALF_SHARED = 2.0  # years of past errors at which half of it is reached
COMMON = 0.03  # share of the variance that all KPIs of a family have in common
LENGTH = 0.02  # per year beyond the first: how unlike near twins may be, see `likeness`
SHORTEST = 0.002
FEATURES = 256  # of the Gaussian process; the kernel's error is about 1 / √FEATURES
_ORIGINS = 12  # of a year: 0 to 11 months known


class OriginKey(NamedTuple):
    """A rolling origin: the year forecast and the months of it then known."""

    year: int
    months_known: int


def copula_scores(
    family: str,
    vintage: str,
    kpi: str,
    errors: Mapping[OriginKey, float],
    n_paths: int,
) -> NDArray[np.float64]:
    """Standard normal scores of one KPI on the family's shared draws.

    Parameters
    ----------
    family, vintage : seed the shared draws
    kpi : seeds the draws of a KPI without past errors, which is independent
    errors : standardised errors of the annual total at past origins, no unit
    n_paths : number of paths

    Returns
    -------
    array, shape (n_paths,), standard normal
    """
    origins, own = np.zeros(n_paths), np.zeros(FEATURES)
    weights = _unit(errors)
    if not weights:
        return _draws(n_paths, family, vintage, "alone", kpi).ravel()
    years = sorted({origin.year for origin in weights})
    length = _length(len(years))
    for year in years:
        mine = np.array([weights.get(OriginKey(year, known), 0.0) for known in range(_ORIGINS)])
        origins += mine @ _draws(n_paths, family, vintage, "origins of", str(year), rows=_ORIGINS)
        own += mine @ _draws(FEATURES, family, "frequencies of", str(year), rows=_ORIGINS)
    features = np.sin(own / np.sqrt(length))
    process = _process(n_paths, family, vintage)
    shared, common = _shares(len(years))
    return np.asarray(
        np.sqrt(shared) * origins
        + np.sqrt(common) * _draws(n_paths, family, vintage, "common").ravel()
        + np.sqrt(1 - shared - common) * (features / np.linalg.norm(features)) @ process
    )


def likeness(one: Mapping[OriginKey, float], other: Mapping[OriginKey, float]) -> float:
    """Correlation of two KPIs' scores, apart from the error of the Fourier features.

    Parameters
    ----------
    one, other : standardised errors at past origins, not all zero, of the same years
    """
    first, second = _unit(one), _unit(other)
    cosine = sum(weight * second.get(origin, 0.0) for origin, weight in first.items())
    n_years = len({origin.year for origin in first})
    shared, common = _shares(n_years)
    length = _length(n_years)
    near = float(np.exp(-(1 - cosine) / length) - np.exp(-(1 + cosine) / length))
    return shared * cosine + common + (1 - shared - common) * near


def _unit(errors: Mapping[OriginKey, float]) -> dict[OriginKey, float]:
    """The errors as a vector of length one; empty if all are zero."""
    norm = float(np.sqrt(sum(error**2 for error in errors.values())))
    return {origin: error / norm for origin, error in errors.items() if error} if norm else {}


def _shares(n_years: int) -> tuple[float, float]:
    """The shares of the variance by past errors, and in common."""
    return SHARED * n_years / (n_years + HALF_SHARED), COMMON


def _length(n_years: int) -> float:
    return max(SHORTEST, LENGTH * (n_years - 1))


def reorder(outcomes: NDArray[np.float64], scores: NDArray[np.float64]) -> NDArray[np.intp]:
    """The permutation of paths that gives the outcomes the ranks of the scores.

    Parameters
    ----------
    outcomes : array, shape (n_paths,), a KPI's annual outcomes in its own order
    scores : array, shape (n_paths,), from `copula_scores`

    Returns
    -------
    array of int, shape (n_paths,): index for `outcomes` and for the months that belong
    to them

    References
    ----------
    Iman and Conover (1982), Communications in Statistics B11(3).
    """
    order = np.empty(len(outcomes), dtype=np.intp)
    order[np.argsort(scores, kind="stable")] = np.argsort(outcomes, kind="stable")
    return order


def joint(annual: AnnualDistribution, scores: NDArray[np.float64]) -> AnnualDistribution:
    """The same paths in the family's joint order: path i of every KPI is the same future.

    A year without spread has no ranks and is returned unchanged.
    """
    outcomes = annual.samples
    if np.ptp(outcomes) == 0.0:
        return annual
    return permuted(annual, reorder(outcomes, scores))


def permuted(annual: AnnualDistribution, order: NDArray[np.intp]) -> AnnualDistribution:
    """The same paths in another order, shape (n_paths,)."""
    return replace(
        annual,
        known=annual.known[order],
        revision=annual.revision[order],
        months=annual.months[order],
        response=annual.response[order],
        base=annual.base[order],
        last_year=annual.last_year[order],
    )


def sum_of_parts(series: Series, parts: Sequence[AnnualDistribution]) -> AnnualDistribution:
    """The year of a total, path by path the sum of its parts' years.

    Parameters
    ----------
    series : the total's, of kind 'flow' or 'count'; gives kind, unit and status
    parts : calibrated and in the family's joint order, of the same year and months known

    Raises
    ------
    ValueError
        If the parts do not cover the same months.
    """
    first = parts[0]
    if len({(part.year, part.months_known, part.n_months) for part in parts}) != 1:
        raise ValueError(f"{series.key}: parts of different months cannot be added up")
    return replace(
        first,
        kind=series.kind,
        unit=series.unit,
        known=np.sum([part.known for part in parts], axis=0),
        revision=np.sum([part.revision for part in parts], axis=0),
        observed=np.sum([part.observed for part in parts], axis=0),
        months=np.sum([part.months for part in parts], axis=0),
        base=np.sum([part.base for part in parts], axis=0),
        base_status=series.base_status or first.base_status,
        last_year=np.sum([part.last_year for part in parts], axis=0),
        actual_to_date=_sum_if_known([part.actual_to_date for part in parts]),
        data_status=series.to_date_status or first.data_status,
        non_negative=all(part.non_negative for part in parts),
    )


class Member(NamedTuple):
    """A part of a total that spans families: its calibrated year and its past errors."""

    key: str  # 'family/kpi'
    annual: AnnualDistribution
    errors: Mapping[OriginKey, float]


def sum_over_families(group: str, vintage: str, members: Sequence[Member]) -> NDArray[np.float64]:
    """The year of a total over families, path by path the sum of its members' years.

    Ours: families draw from shared origins of their own, so path i of one is not path i
    of another. Here all members are brought into one order, drawn for the group, in
    which they correlate by the `likeness` of their past errors at the same origins. Each
    keeps its distribution; the members may know different months.

    Parameters
    ----------
    group, vintage : seed the shared draws
    members : of kind 'flow' or 'count', of the same year, unit and number of paths

    Returns
    -------
    array, shape (n_paths,), the total's outcomes, in the members' unit
    """
    total: NDArray[np.float64] = np.sum(
        [
            joint(
                one.annual,
                copula_scores(group, vintage, one.key, one.errors, len(one.annual.samples)),
            ).samples
            for one in members
        ],
        axis=0,
    )
    return total


def _sum_if_known(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(sum(known)) if len(known) == len(values) else None


def chance_of_meeting(met: Sequence[NDArray[np.bool_]]) -> tuple[float, ...]:
    """Joint probabilities that at least 0, 1, … all of the targets are met.

    Parameters
    ----------
    met : one array per target, shape (n_paths,), in the joint order

    Returns
    -------
    tuple, length len(met) + 1; entry k is P(at least k targets are met), the
    last entry is P(all)
    """
    counts = np.sum(np.asarray(met, dtype=int), axis=0) if met else np.zeros(1, dtype=int)
    return tuple(float(np.mean(counts >= k)) for k in range(len(met) + 1))


@lru_cache(maxsize=32)  # all KPIs of a family share a year's draws
def _draws(n_paths: int, *names: str, rows: int = 1) -> NDArray[np.float64]:
    drawn = generator(*names).standard_normal((rows, n_paths))
    drawn.flags.writeable = False
    return drawn


@lru_cache(maxsize=4)  # 2 MB each with 2000 paths
def _process(n_paths: int, *names: str) -> NDArray[np.float32]:
    shape = (FEATURES, n_paths)
    drawn = generator(*names, "own").standard_normal(shape, dtype=np.float32)
    drawn.flags.writeable = False
    return drawn
