"""The way of one number: a series as of a vintage in, a projection of its year out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from models.annual import annual_distribution, monthly_values
from models.attainment import DEFAULT_THRESHOLDS, Thresholds, attainment
from models.calibration import Calibration, calibrate
from models.candidates import REGISTRY
from models.candidates.base import Candidate, Parameters
from models.ensemble import Weights, combine
from models.errors import CannotForecast
from models.paths import N_PATHS, Paths, generator
from models.projection import Projection, with_basis, without_basis
from models.series import Month, Series
from models.target import Target
from models.year_months import months_known

ENSEMBLE = "ensemble"
LADDER = ("pace", "seasonal_naive")  # what answers, in this order, when nothing better can


@dataclass(frozen=True, eq=False)
class Learned:
    """What a retraining learned about one KPI.

    Attributes
    ----------
    parameters : candidate → its fitted parameters
    failures : candidate → why it has none
    weights : months known (0 to 11) → candidate → weight; empty: all count alike
    calibration : None without a backtest: the ensemble's own spread, widened
    """

    parameters: Mapping[str, Parameters] = field(default_factory=dict)
    failures: Mapping[str, str] = field(default_factory=dict)
    weights: Mapping[int, Weights] = field(default_factory=dict)
    calibration: Calibration | None = None


@dataclass(frozen=True, eq=False)
class Simulated:
    """Candidates' joint paths, shape (n_paths, horizon) each; why the others have none."""

    paths: Mapping[str, Paths]
    failures: Mapping[str, str]


def project(
    series: Series,
    targets: Sequence[Target],
    learned: Learned,
    *,
    year: int | None = None,
    n_paths: int = N_PATHS,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
    seed: str | None = None,
    candidates: Mapping[str, Candidate] = REGISTRY,
) -> Projection:
    """Project one KPI's year and set it against its targets.

    Parameters
    ----------
    series : the KPI as of a vintage
    targets : those in force on that date
    learned : from the bundle that answers for that date
    year : the year to project; default that of the cutoff
    seed : names the random draws; default the vintage, so that two runs agree

    Returns
    -------
    Projection; where there is no basis its status says so and `failures` why
    """
    year = series.year if year is None else year
    seed = str(series.as_of) if seed is None else seed
    ahead = horizon(series, year)
    simulated = simulate(series, learned.parameters, ahead, n_paths, seed, candidates)
    failures = {**learned.failures, **simulated.failures}
    try:
        method, paths = one_forecast(series, simulated, learned, year, n_paths, seed)
        annual = annual_distribution(series, paths, year=year)
    except CannotForecast as reason:
        return without_basis(series, year, targets, {**failures, "year": str(reason)})
    annual = calibrate(annual, learned.calibration)
    attainments = tuple(attainment(annual, target, series, thresholds) for target in targets)
    fallback = method if method in LADDER else None
    return with_basis(series, annual, attainments, method, fallback, failures)


def horizon(series: Series, year: int) -> int:
    """Months from the cutoff to December of `year`; 0 when the year is over."""
    return max(0, Month(year, 12).ordinal - series.cutoff.ordinal)


def fit_candidates(
    series: Series, candidates: Mapping[str, Candidate] = REGISTRY
) -> tuple[dict[str, Parameters], dict[str, str]]:
    """Parameters of every candidate that can be fitted, and why the others cannot.

    Where most months are reconstructed only those of `LADDER` are fitted: the
    others would learn how the indicator moves, and take that for the KPI.
    """
    parameters: dict[str, Parameters] = {}
    failures: dict[str, str] = {}
    monthly = forecastable(series)
    guessed = series.status.count("reconstructed")
    for name in sorted(candidates):
        if 2 * guessed > len(series.status) and name not in LADDER:
            failures[name] = (
                f"{guessed} of {len(series.status)} months of {series.key} are reconstructed; "
                f"{name} needs printed ones. Load them."
            )
            continue
        try:
            parameters[name] = candidates[name].fit(monthly)
        except CannotForecast as reason:
            failures[name] = str(reason)
    return parameters, failures


def simulate(
    series: Series,
    parameters: Mapping[str, Parameters],
    horizon: int,
    n_paths: int,
    seed: str,
    candidates: Mapping[str, Candidate] = REGISTRY,
) -> Simulated:
    """Joint paths of every candidate that has parameters; none for a horizon of 0."""
    paths: dict[str, Paths] = {}
    failures: dict[str, str] = {}
    monthly = forecastable(series)
    for name in sorted(parameters) if horizon else ():
        rng = generator(series.key, seed, name)
        try:
            drawn = candidates[name].paths(monthly, parameters[name], horizon, n_paths, rng)
        except CannotForecast as reason:
            failures[name] = str(reason)
            continue
        if np.isfinite(drawn).all():
            paths[name] = drawn
        else:
            failures[name] = f"{name} of {series.key} drew values that are not finite numbers."
    return Simulated(paths, failures)


def one_forecast(
    series: Series, simulated: Simulated, learned: Learned, year: int, n_paths: int, seed: str
) -> tuple[str, Paths]:
    """The method that answers, by the fallback ladder, and its paths.

    The ensemble of all candidates that have paths; where only those of `LADDER`
    have (too little history for the others), the first of them alone; for a year
    that is over 'published', without paths.
    """
    if horizon(series, year) == 0:
        return "published", np.empty((n_paths, 0))
    for name in LADDER:
        if name in simulated.paths and set(simulated.paths) <= set(LADDER):
            return name, simulated.paths[name]
    if not simulated.paths:
        raise CannotForecast(
            f"{series.key}: no candidate can forecast from {len(series.values)} months up to "
            f"{series.cutoff}; 12 are the least. Add history."
        )
    weights = learned.weights.get(months_known(series, year), {})
    rng = generator(series.key, seed, ENSEMBLE)
    return ENSEMBLE, combine(simulated.paths, weights, rng)


def forecastable(series: Series) -> Series:
    """What the candidates see: the series; of a ratio, the monthly ratio."""
    if series.denominator is None:
        return series
    return replace(series, values=monthly_values(series), denominator=None)
