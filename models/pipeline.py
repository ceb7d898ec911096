"""The way of one number: a series as of a vintage in, a projection of its year out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from models.annual import AnnualDistribution, annual_distribution, monthly_values
from models.calibration import Calibration, calibrate
from models.candidates import OF_THE_YEAR, REGISTRY
from models.candidates.base import Candidate, Parameters
from models.coherence import Origin, copula_scores, joint, sum_of_parts
from models.ensemble import Weights, combine
from models.errors import CannotForecast
from models.events.event import Event, effect_ahead, without_events
from models.paths import N_PATHS, Paths, centred, generator
from models.projection import Projection, with_basis, without_basis
from models.revisions import NO_REVISION, Revision
from models.series import Month, Series
from models.targets.attainment import DEFAULT_THRESHOLDS, Thresholds, attainment
from models.targets.target import Target
from models.year_months import months_known

ENSEMBLE = "ensemble"
PARTS = "parts"  # of a total: the sum of its parts' projections
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
    revision : how far first estimates usually move
    errors : standardised errors at past origins, which say what KPIs err together
    """

    parameters: Mapping[str, Parameters] = field(default_factory=dict)
    failures: Mapping[str, str] = field(default_factory=dict)
    weights: Mapping[int, Weights] = field(default_factory=dict)
    calibration: Calibration | None = None
    revision: Revision = NO_REVISION
    errors: Mapping[Origin, float] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Known:
    """All that is known of one KPI at a vintage: its series, what was learned, its events."""

    series: Series
    learned: Learned
    events: Sequence[Event] = ()


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
    events: Sequence[Event] = (),
    parts: Sequence[Known] = (),
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
    events : those that count on that date; only accepted ones matter
    parts : of a total, its parts at the same vintage: the year is their sum
    year : the year to project; default that of the cutoff
    seed : names the random draws; default the vintage, so that two runs agree

    Returns
    -------
    Projection, its paths in the family's joint order; where there is no basis its
    status says so and `failures` why
    """
    year = series.year if year is None else year
    seed = str(series.as_of) if seed is None else seed
    found = Year("", None, {})
    if parts:
        found = year_of_total(series, parts, year, n_paths, seed, candidates)
    if found.annual is None:
        own = year_ahead(Known(series, learned, events), year, n_paths, seed, candidates)
        found = replace(own, failures={**found.failures, **own.failures})
    annual = found.annual
    if annual is None:
        return without_basis(series, year, targets, found.failures)
    attainments = tuple(attainment(annual, target, series, thresholds) for target in targets)
    fallback = found.method if found.method in LADDER else None
    return with_basis(series, annual, attainments, found.method, fallback, found.failures)


@dataclass(frozen=True, eq=False)
class Year:
    """One KPI's calibrated year, its paths in the family's joint order.

    Attributes
    ----------
    method : what answers
    annual : None without a basis
    failures : candidate (or 'year', 'parts') → why it is not in the forecast
    """

    method: str
    annual: AnnualDistribution | None
    failures: Mapping[str, str]


def year_ahead(
    known: Known,
    year: int,
    n_paths: int,
    seed: str,
    candidates: Mapping[str, Candidate] = REGISTRY,
) -> Year:
    """The year of one KPI from its own candidates."""
    series, learned = known.series, known.learned
    ahead = horizon(series, year)
    simulated = simulate(
        series, learned.parameters, ahead, n_paths, seed, candidates, known.events
    )
    failures = {**learned.failures, **simulated.failures}
    try:
        method, paths = one_forecast(series, simulated, learned, year, n_paths, seed)
        annual = annual_distribution(series, paths, year=year, revision=learned.revision)
    except CannotForecast as reason:
        return Year("", None, {**failures, "year": str(reason)})
    family, _, kpi = series.key.rpartition("/")
    scores = copula_scores(family, seed, kpi, learned.errors, n_paths)
    return Year(method, joint(calibrate(annual, learned.calibration), scores), failures)


def year_of_total(
    series: Series,
    parts: Sequence[Known],
    year: int,
    n_paths: int,
    seed: str,
    candidates: Mapping[str, Candidate] = REGISTRY,
) -> Year:
    """The year of a total, the sum of its parts' years; none where a part has none."""
    years: list[AnnualDistribution] = []
    for part in parts:
        key, cutoff = part.series.key, part.series.cutoff
        found = year_ahead(part, year, n_paths, seed, candidates)
        reason = found.failures.get("year", "")
        if cutoff != series.cutoff:
            reason = f"{series.key} ends with {series.cutoff}, its part {key} with {cutoff}."
        if found.annual is None or reason:
            return Year("", None, {PARTS: f"{reason} The total is forecast on its own."})
        years.append(found.annual)
    return Year(PARTS, sum_of_parts(series, years), {})


def horizon(series: Series, year: int) -> int:
    """Months from the cutoff to December of `year`; 0 when the year is over."""
    return max(0, Month(year, 12).ordinal - series.cutoff.ordinal)


def fit_candidates(
    series: Series,
    candidates: Mapping[str, Candidate] = REGISTRY,
    events: Sequence[Event] = (),
) -> tuple[dict[str, Parameters], dict[str, str]]:
    """Parameters of every candidate that can be fitted, and why the others cannot.

    Where most months are reconstructed only those of `LADDER` are fitted: the
    others would learn how the indicator moves, and take that for the KPI.
    """
    parameters: dict[str, Parameters] = {}
    failures: dict[str, str] = {}
    monthly = forecastable(series, events)
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
    events: Sequence[Event] = (),
) -> Simulated:
    """Joint paths of every candidate that has parameters; none for a horizon of 0.

    Candidates see the series without its accepted pulses; what accepted events do
    to the months to come is put on their paths. A candidate that forecasts months
    is moved to the sum of their medians (`models.paths.centred`), if months add up.
    """
    paths: dict[str, Paths] = {}
    failures: dict[str, str] = {}
    monthly = forecastable(series, events)
    effect = effect_ahead(events, series.cutoff, horizon)
    for name in sorted(parameters) if horizon else ():
        rng = generator(series.key, seed, name)
        try:
            drawn = candidates[name].paths(monthly, parameters[name], horizon, n_paths, rng)
        except CannotForecast as reason:
            failures[name] = str(reason)
            continue
        if np.isfinite(drawn).all():
            adds_up = name not in OF_THE_YEAR and not series.traits.last_month_only
            paths[name] = (centred(drawn) if adds_up else drawn) * effect
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


def forecastable(series: Series, events: Sequence[Event] = ()) -> Series:
    """What the candidates see: the series without accepted pulses; of a ratio, the monthly one."""
    if series.denominator is not None:
        series = replace(series, values=monthly_values(series), denominator=None)
    return without_events(series, events)
