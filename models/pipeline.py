"""From a series as of a vintage to the projection of its year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from models.annual import AnnualDistribution, annual_distribution, monthly_values
from models.calibration import Calibration, calibrate
from models.candidates import FROM_TOTALS, OF_THE_YEAR, ONLY_FROM_TOTALS, REGISTRY
from models.candidates.base import Candidate, Parameters
from models.candidates.occasional import occasional_paths, serves
from models.coherence import OriginKey, copula_scores, joint, sum_of_parts
from models.disaggregation.late_month import (
    Surprises,
    sibling_estimate,
    with_late_month,
)
from models.ensemble import Weights, combine
from models.errors import CannotForecast
from models.events.event import Event, effect_ahead, without_events
from models.events.projects import Added, Project, with_projects
from models.paths import N_PATHS, Paths, centred, generator
from models.projection import Projection, Reconciled, Rest, with_basis, without_basis
from models.reconciliation.family import Sums, nearest, reconcile
from models.reconciliation.middles import left, middles
from models.reconciliation.relations import Relations
from models.revisions import NO_REVISION, Revision
from models.series import Month, Series
from models.targets.attainment import DEFAULT_THRESHOLDS, Thresholds, attainment
from models.targets.fulfilment import Fulfilment, Informed, informed
from models.targets.target import Remark, Target, TargetForm
from models.year_months import months_known

ENSEMBLE = "ensemble"
OCCASIONAL = "occasional"  # method of a series that is zero in many months
NOWCAST = "nowcast"  # method of a year whose last months follow from a figure to a day
PARTS = "parts"  # method of a total: the sum of its parts' projections
OLDEST = 12  # months from the last figure to the vintage
LADDER = ("pace", "seasonal_naive")  # fallback candidates, in this order


@dataclass(frozen=True, eq=False)
class Learned:
    """The result of a retraining for one KPI.

    Attributes
    ----------
    parameters : candidate → its fitted parameters
    failures : candidate → why it was not fitted
    weights : months known (0 to 11) → candidate → weight; empty: `ensemble.TRUST` alone
    calibration : None without a backtest: the ensemble's own spread, widened
    revision : usual revision of first estimates
    errors : standardised errors at past origins, for the copula of the family
    fulfilment : what the family's plans of earlier years say of this year's, by form
    surprises : past figures of a month against the forecast of it a month before, for
        months that are late
    """

    parameters: Mapping[str, Parameters] = field(default_factory=dict)
    failures: Mapping[str, str] = field(default_factory=dict)
    weights: Mapping[int, Weights] = field(default_factory=dict)
    calibration: Calibration | None = None
    revision: Revision = NO_REVISION
    errors: Mapping[OriginKey, float] = field(default_factory=dict)
    fulfilment: Mapping[TargetForm, Fulfilment] = field(default_factory=dict)
    surprises: Surprises = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Known:
    """A KPI at a vintage: its series, what was learned of it, and what is known beside figures.

    `targets` are those in force; the plan's value among them informs the forecast.
    """

    series: Series
    learned: Learned
    targets: Sequence[Target] = ()
    events: Sequence[Event] = ()
    projects: Sequence[Project] = ()


@dataclass(frozen=True, eq=False)
class Simulated:
    """Candidates' joint paths, each of shape (n_paths, horizon), and why others failed."""

    paths: Mapping[str, Paths]
    failures: Mapping[str, str]


def project(
    series: Series,
    targets: Sequence[Target],
    learned: Learned,
    *,
    events: Sequence[Event] = (),
    year: int | None = None,
    n_paths: int = N_PATHS,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
    seed: str | None = None,
    candidates: Mapping[str, Candidate] = REGISTRY,
) -> Projection:
    """Project the year of a KPI that is tied to no other and compare it with its targets.

    Parameters
    ----------
    series : the KPI as of a vintage
    targets : those in force on that date
    learned : from the bundle in use for that date
    events : those in force on that date; only accepted events have an effect
    year : the year to project; default the cutoff's
    seed : seeds the random draws; default the vintage, so that two runs agree

    Returns
    -------
    Projection, its paths in the family's joint order; without a basis, or if the last
    figure is more than `OLDEST` months older than the vintage, `failures` gives the reasons
    """
    year = series.year if year is None else year
    seed = str(series.as_of) if seed is None else seed
    known = Known(series, learned, targets, events)
    found = year_ahead(known, year, n_paths, seed, candidates)
    return judged(series, targets, found, year, thresholds)


def judged(
    series: Series,
    targets: Sequence[Target],
    found: ProjectedYear,
    year: int,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
) -> Projection:
    """A KPI's year compared with its targets."""
    age = Month(series.as_of.year, series.as_of.month).ordinal - series.cutoff.ordinal
    if horizon(series, year) and age > OLDEST:
        failure = (
            f"the last figure of {series.key} is of {series.cutoff}, {age} months before "
            f"{series.as_of}; a projection needs one of the last {OLDEST} months. Load newer ones."
        )
        too_old = Remark("figures_too_old", {"month": series.cutoff, "age": str(age)})
        return without_basis(series, year, targets, {"year": failure}, too_old)
    annual = found.annual
    if annual is None:
        return without_basis(series, year, targets, found.failures)
    attainments = tuple(attainment(annual, target, series, thresholds) for target in targets)
    fallback = found.method if found.method in LADDER else None
    projected = with_basis(series, annual, attainments, found.method, fallback, found.failures)
    return replace(
        projected,
        informed=found.informed,
        reconciled=found.reconciled,
        projects=found.projects,
    )


@dataclass(frozen=True, eq=False)
class ProjectedYear:
    """A KPI's calibrated year, its paths in the family's joint order.

    Attributes
    ----------
    method : as in `Projection`
    annual : None without a basis
    failures : candidate (or 'year', 'parts') → why it is not in the forecast
    informed : what the plan did to it; None without plans of earlier years
    reconciled : what reconciliation did; None for a KPI that it does not touch
    projects : what accepted projects add to it, its own and its parts'
    """

    method: str
    annual: AnnualDistribution | None
    failures: Mapping[str, str]
    informed: Informed | None = None
    reconciled: Reconciled | None = None
    projects: tuple[Added, ...] = ()


def year_ahead(
    known: Known,
    year: int,
    n_paths: int,
    seed: str,
    candidates: Mapping[str, Candidate] = REGISTRY,
) -> ProjectedYear:
    """A KPI's year from its own candidates, moved towards its plan and by its projects.

    Projects are added after calibration, whose past errors know nothing of them, and in
    the joint order, so that a total and its part are late on the same paths.
    """
    own = _without_projects(known, year, n_paths, seed, candidates)
    if own.annual is None:
        return own
    family, _, _ = known.series.key.rpartition("/")
    moved, added = with_projects(own.annual, known.projects, family, seed)
    return replace(own, annual=moved, projects=added)


def _without_projects(
    known: Known, year: int, n_paths: int, seed: str, candidates: Mapping[str, Candidate]
) -> ProjectedYear:
    series, learned = known.series, known.learned
    ahead = horizon(series, year)
    simulated = simulate(
        series, learned.parameters, ahead, n_paths, seed, candidates, known.events
    )
    failures = {**learned.failures, **simulated.failures}
    try:
        method, paths = chosen_forecast(series, simulated, learned, year, n_paths, seed)
        annual = annual_distribution(series, paths, year=year, revision=learned.revision)
    except CannotForecast as reason:
        return ProjectedYear("", None, {**failures, "year": str(reason)})
    family, _, kpi = series.key.rpartition("/")
    scores = copula_scores(family, seed, kpi, learned.errors, n_paths)
    planned, plan = informed(
        calibrated(method, annual, learned), known.targets, learned.fulfilment
    )
    return ProjectedYear(method, joint(planned, scores), failures, plan)


def late_month(
    known: Known,
    siblings: Mapping[str, Series],
    n_paths: int,
    seed: str,
    candidates: Mapping[str, Candidate] = REGISTRY,
) -> Series:
    """The KPI's series, with the month after its cutoff if siblings that have it help.

    Its own forecast of that month is moved by what the siblings did in it beyond their
    usual course (`models.disaggregation.late_month`), if past months let them in; all that
    follows is forecast from there. Otherwise the series is returned as it is.

    Parameters
    ----------
    known : of a KPI whose month `can_be_estimated`
    siblings : series of related KPIs as known on the same day, by slug
    """
    series, learned = known.series, known.learned
    said = sibling_estimate(learned.surprises, series.cutoff.plus(1), siblings)
    if said is None or not said.helps:
        return series
    year = series.cutoff.plus(1).year
    simulated = simulate(
        series,
        learned.parameters,
        horizon(series, year),
        n_paths,
        seed,
        candidates,
        known.events,
    )
    try:
        method, paths = chosen_forecast(series, simulated, learned, year, n_paths, seed)
    except CannotForecast:
        return series
    forecast = float(np.median(paths[:, 0]))
    return series if method == OCCASIONAL else with_late_month(series, forecast, said)


def calibrated(method: str, annual: AnnualDistribution, learned: Learned) -> AnnualDistribution:
    """The year with its interval calibrated, unless its method has a distribution of its own.

    Errors of an occasional series say nothing of others', and a stretched interval would
    lose the mass at the year to date.
    """
    return annual if method == OCCASIONAL else calibrate(annual, learned.calibration)


def year_of_total(
    series: Series,
    parts: Sequence[Known],
    year: int,
    n_paths: int,
    seed: str,
    candidates: Mapping[str, Candidate] = REGISTRY,
) -> ProjectedYear:
    """The year of a total, the sum of its parts' years; empty if a part has no basis."""
    years = [year_ahead(part, year, n_paths, seed, candidates) for part in parts]
    return total_of(series, [(one.series, own) for one, own in zip(parts, years, strict=True)])


def total_of(series: Series, parts: Sequence[tuple[Series, ProjectedYear]]) -> ProjectedYear:
    """The sum of its parts' years; empty if one has no basis or ends with another month."""
    years: list[AnnualDistribution] = []
    added: list[Added] = []
    for part, found in parts:
        reason = found.failures.get("year", "")
        if part.cutoff != series.cutoff:
            reason = f"{series.key} ends with {series.cutoff}, its part {part.key} with "
            reason += f"{part.cutoff}."
        if found.annual is None or reason:
            return ProjectedYear("", None, {PARTS: f"{reason} The total is forecast on its own."})
        years.append(found.annual)
        added += found.projects
    return ProjectedYear(PARTS, sum_of_parts(series, years), {}, projects=tuple(added))


def years_of_family(
    known: Mapping[str, Known],
    relations: Relations,
    year: int,
    n_paths: int,
    seed: str,
    candidates: Mapping[str, Candidate] = REGISTRY,
) -> dict[str, ProjectedYear]:
    """The years of KPIs tied to each other, which agree on every path.

    Parameters
    ----------
    known : by slug, those of `Relations.related` that have figures
    relations : how they are tied

    Returns
    -------
    dict, slug → ProjectedYear. A total without figures of its own is the sum of its parts;
    while a part is missing or ends with another month, it is forecast on its own, and
    reconciled like a printed total.

    Notes
    -----
    Projects are added to years that agree already, and a total takes those of its parts. What
    has a project keeps what it adds; KPIs without one follow, such as the parts of a total's
    other breakdowns.
    """
    found: dict[str, ProjectedYear] = {}
    derived: dict[str, tuple[str, ...]] = {}
    for slug in relations.parts_first(tuple(known)):
        one = known[slug]
        reasons: Mapping[str, str] = {}
        parts = relations.summed.get(slug, ())
        if parts and all(part in known for part in parts):
            total = total_of(one.series, [(known[part].series, found[part]) for part in parts])
            if total.annual is not None:
                found[slug], derived[slug] = total, parts
                continue
            reasons = total.failures
        own = _without_projects(one, year, n_paths, seed, candidates)
        found[slug] = replace(own, failures={**reasons, **own.failures})
    return _reconciled(found, known, derived, relations, seed)


def _reconciled(
    found: Mapping[str, ProjectedYear],
    known: Mapping[str, Known],
    derived: Mapping[str, tuple[str, ...]],
    relations: Relations,
    seed: str,
) -> dict[str, ProjectedYear]:
    """The same years with their projects, so that they agree, and what is shown of them."""
    own = {
        slug: one.annual
        for slug, one in found.items()
        if one.annual is not None and slug not in derived
    }
    sums = Sums(tuple(own), derived, relations)
    alone, added = _with_projects(own, known, relations, seed)
    years = reconcile(own, sums)
    if any(added.values()):
        moved, _ = _with_projects(years, known, relations, seed)
        years = nearest(moved, sums, {slug for slug, ones in added.items() if ones})
    for total, parts in derived.items():
        for every in (alone, years):
            every[total] = sum_of_parts(known[total].series, [every[part] for part in parts])
        added[total] = tuple(one for part in parts for one in added[part])
    shown = middles(years, sums, relations.decimals)
    touched = sums.touched
    result: dict[str, ProjectedYear] = {}
    for slug, one in found.items():
        if one.annual is None or slug not in years:
            result[slug] = one
            continue
        annual = replace(years[slug], middle=shown.get(slug))
        others = tuple(other for other in touched if other != slug)
        done = None
        if slug in touched and not annual.over:
            rests = tuple(
                Rest(parts, left(slug, parts, years, shown)) for parts in sums.left_of(slug)
            )
            done = Reconciled(alone[slug].median, others, rests)
        result[slug] = replace(one, annual=annual, reconciled=done, projects=added[slug])
    return result


def _with_projects(
    years: Mapping[str, AnnualDistribution],
    known: Mapping[str, Known],
    relations: Relations,
    seed: str,
) -> tuple[dict[str, AnnualDistribution], dict[str, tuple[Added, ...]]]:
    """Years forecast on their own, with their projects and those of their parts."""
    moved: dict[str, AnnualDistribution] = {}
    added: dict[str, tuple[Added, ...]] = {}
    for slug, annual in years.items():
        members = [known[one] for one in (slug, *relations.below(slug)) if one in known]
        projects = [project for one in members for project in one.projects]
        family, _, _ = known[slug].series.key.rpartition("/")
        moved[slug], added[slug] = with_projects(annual, projects, family, seed)
    return moved, added


def horizon(series: Series, year: int) -> int:
    """Months from the cutoff to December of `year`; 0 when the year is over."""
    return max(0, Month(year, 12).ordinal - series.cutoff.ordinal)


def fit_candidates(
    series: Series,
    candidates: Mapping[str, Candidate] = REGISTRY,
    events: Sequence[Event] = (),
) -> tuple[dict[str, Parameters], dict[str, str]]:
    """Parameters of every candidate that can be fitted, and why the others cannot.

    If most months are reconstructed, only the candidates of `FROM_TOTALS` are fitted: the
    others would learn the dynamics of the indicator instead of the KPI's, or take the
    smoothness within a quarter for calm (experiments/kinds). Else those of
    `ONLY_FROM_TOTALS` are not asked.
    """
    parameters: dict[str, Parameters] = {}
    failures: dict[str, str] = {}
    monthly = forecastable(series, events)
    reconstructed = series.status.count("reconstructed")
    from_totals = 2 * reconstructed > len(series.status)
    for name in sorted(candidates):
        if not from_totals and name in ONLY_FROM_TOTALS:
            continue
        if from_totals and name not in FROM_TOTALS:
            failures[name] = (
                f"{reconstructed} of {len(series.status)} months of {series.key} are "
                "reconstructed; "
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

    Candidates see the series without its accepted pulses, mirrored if no month is above
    zero; the effects of accepted events on the months ahead multiply their paths. Paths of
    months that add up are centred on the sum of their medians (`models.paths.centred`).
    A series that is zero in many months has one set of paths (`occasional_paths`).
    """
    paths: dict[str, Paths] = {}
    failures: dict[str, str] = {}
    plain = _monthly(series, events)
    monthly = _mirrored(plain)
    effect = effect_ahead(events, series.cutoff, horizon)
    if horizon and serves(monthly):
        drawn = occasional_paths(
            monthly, horizon, n_paths, generator(series.key, seed, OCCASIONAL)
        )
        return Simulated({OCCASIONAL: drawn * effect}, failures)
    sign = -1.0 if _below_zero(plain) else 1.0
    for name in sorted(parameters) if horizon else ():
        rng = generator(series.key, seed, name)
        try:
            drawn = candidates[name].paths(monthly, parameters[name], horizon, n_paths, rng)
        except CannotForecast as reason:
            failures[name] = str(reason)
            continue
        if np.isfinite(drawn).all():
            adds_up = name not in OF_THE_YEAR and not series.traits.last_month_only
            paths[name] = sign * (centred(drawn) if adds_up else drawn) * effect
        else:
            failures[name] = f"{name} of {series.key} drew values that are not finite numbers."
    return Simulated(paths, failures)


def chosen_forecast(
    series: Series, simulated: Simulated, learned: Learned, year: int, n_paths: int, seed: str
) -> tuple[str, Paths]:
    """The method in use, by the fallback ladder, and its paths.

    The ensemble of all candidates that have paths; if only those of `LADDER` have
    (too little history for the others), the first of them alone; for a series that is zero
    in many months 'occasional'; for a year that is over 'published' or, with a nowcast of its
    December, 'nowcast', without paths.
    """
    if horizon(series, year) == 0:
        return NOWCAST if series.nowcast else "published", np.empty((n_paths, 0))
    if OCCASIONAL in simulated.paths:
        return OCCASIONAL, simulated.paths[OCCASIONAL]
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
    """The candidates' input: the series without accepted pulses; of a ratio, the monthly ratio.

    A series without a month above zero, such as a deficit, is mirrored: candidates work on
    logarithms, shares and growth, which need months above zero.
    """
    return _mirrored(_monthly(series, events))


def _mirrored(series: Series) -> Series:
    return replace(series, values=-series.values) if _below_zero(series) else series


def _monthly(series: Series, events: Sequence[Event]) -> Series:
    if series.denominator is not None:
        series = replace(series, values=monthly_values(series), denominator=None)
    return without_events(series, events)


def _below_zero(series: Series) -> bool:
    """Whether some month is below zero and none above."""
    values = series.values[np.isfinite(series.values)]
    return bool((values < 0).any() and (values <= 0).all())
