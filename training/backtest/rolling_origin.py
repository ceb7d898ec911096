"""Rolling-origin backtest on vintages: past forecasts and the actual outcomes.

Years are run in order, and a year's ensemble uses weights and calibration
learned from *strictly earlier* years, as if the system had been retrained each
January. Leaving a year out instead would let weights see later years, whose
vintages contain the year in question as history; here a year's figures cannot
reach its own forecasts (design, section 4.5). The price is a first year with
default weights and intervals widened by rule; later years learn from it, and it
is scored only if there are no later years.

Parameters are fitted once per KPI and year, at the first origin, and
later months are filtered through them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from data.plans.events import accepted_events
from data.vintages.panel import Panel
from models.annual import AnnualDistribution, annual_distribution, monthly_values
from models.calibration import learn_calibrations, standardised_error
from models.candidates.annual_prior import PriorCandidate
from models.candidates.base import Candidate, Parameters
from models.coherence import OriginKey
from models.ensemble import learn_weights
from models.errors import CannotForecast, NoObservations
from models.events.event import Event, over_by
from models.pipeline import (
    OCCASIONAL,
    Known,
    calibrated,
    chosen_forecast,
    fit_candidates,
    forecastable,
    horizon,
    simulate,
    year_of_total,
)
from models.revisions import NO_REVISION, Revision
from models.scores import annual_error, crps_from_samples
from models.series import Month, Series
from models.targets.fulfilment import (
    informed,
    learn_fulfilment,
    past_plan,
)
from training.backtest.first_estimates import revisions_before
from training.backtest.kept_years import past_revisions_of, years_of
from training.backtest.origins import YEARS_NEEDED, Origin, full_years, origins, reconstructed
from training.backtest.past_plans import PastPlans
from training.backtest.scoreboard import ENSEMBLE, LEVELS, QUANTILES, Scoreboard, scoreboard_of
from training.backtest.seen import Seen
from training.backtest.year import Lesson, Setup, YearResult, YearTask
from training.kept import Kept
from training.workers import Workers

GROWTH_TARGETS = (-10.0, -5.0, 0.0, 5.0, 10.0)  # per cent on last year, for the Brier score
SMALL_BASE = 0.10  # of the median of earlier years; a smaller base makes errors meaningless


@dataclass(frozen=True, eq=False)
class Backtest:
    """All years of all KPIs, and the lessons for the next year."""

    results: tuple[YearResult, ...]
    scores: Scoreboard
    lessons: Mapping[str, Lesson]

    @property
    def left_out(self) -> str:
        """The commonest reason why years are not tested, '' if each is."""
        reasons = Counter(one.left_out for one in self.results if one.left_out)
        if not self.results:
            return f"a year is tested if {YEARS_NEEDED} full years before it are known"
        return reasons.most_common(1)[0][0] if reasons else ""


def run_backtest(
    workers: Workers[Setup],
    setup: Setup,
    kpis: Sequence[str],
    done: Callable[[YearTask], None] | None = None,
    kept: Kept | None = None,
) -> Backtest:
    """Backtest all KPIs of a family, year after year.

    Parameters
    ----------
    workers : started with `setup`
    kpis : slugs, in any order
    done : called after each KPI and year, `len(backtest_years(...))` times
    kept : results of earlier backtests; what saw the same is not computed again
    """
    import pandas as pd  # the processes of the workers need it not

    pairs = backtest_years(setup, kpis)
    family = sorted({*kpis, *(part for kpi in kpis for part in setup.panel.parts_of(kpi))})
    seen = Seen(setup)
    revisions = past_revisions_of(workers, setup, family, kept, seen)
    results: list[YearResult] = []
    for year in sorted({year for year, _ in pairs}):
        members = [kpi for one, kpi in pairs if one == year]
        lessons = learn(results, family, revisions_before(revisions, date(year, 1, 1)))
        items = [
            YearTask(
                kpi,
                year,
                lessons[kpi],
                {part: lessons[part] for part in setup.panel.parts_of(kpi)},
            )
            for kpi in members
        ]
        results += years_of(workers, backtest_year, items, kept, seen, done)
    rows = [row for result in results for row in result.rows]
    lessons = learn(results, kpis, revisions_before(revisions))
    surprises = surprises_of(results, setup.panel, setup.as_of)
    lessons = {
        kpi: replace(lesson, surprises=surprises.get(kpi, {})) for kpi, lesson in lessons.items()
    }
    return Backtest(tuple(results), scoreboard_of(pd.DataFrame(rows)), lessons)


def backtest_years(setup: Setup, kpis: Sequence[str]) -> list[tuple[int, str]]:
    """(year, KPI) for every finished year with enough earlier years, in order."""
    pairs = []
    for kpi in kpis:
        try:
            series = setup.panel.series_as_of(kpi, setup.as_of)
        except NoObservations:
            continue
        last = series.year if series.months_known == 12 else series.year - 1
        pairs += [(year, kpi) for year in range(series.start.year + YEARS_NEEDED, last + 1)]
    return sorted(pairs)


def learn(
    results: Sequence[YearResult],
    kpis: Sequence[str],
    revisions: Mapping[str, Revision] | None = None,
) -> dict[str, Lesson]:
    """Weights, calibration and past errors per KPI from the given years, pooled across KPIs.

    Parameters
    ----------
    revisions : usual revision by KPI, learned up to the same day
    """
    usual = revisions or {}
    used = [result for result in results if not result.left_out]
    if not used:
        return {kpi: Lesson(revision=usual.get(kpi, NO_REVISION)) for kpi in kpis}
    names = sorted({name for result in used for name in result.errors})
    years = {kpi: [result for result in used if result.kpi == kpi] for kpi in kpis}
    mine = {kpi: [error for one in years[kpi] for error in _past(one)] for kpi in kpis}
    calibrations = learn_calibrations(mine, [error for one in used for error in _past(one)])
    weights = learn_weights({name: _stacked(used, name) for name in names})
    fulfilment = learn_fulfilment([one.plans for one in used])
    lessons: dict[str, Lesson] = {}
    for kpi in kpis:
        errors = {
            OriginKey(year, at): error for year, at, error in mine[kpi] if np.isfinite(error)
        }
        revision = usual.get(kpi, NO_REVISION)
        lessons[kpi] = Lesson(weights, calibrations[kpi], revision, errors, fulfilment)
    return lessons


def surprises_of(
    results: Sequence[YearResult], panel: Panel, as_of: date
) -> dict[str, dict[Month, float]]:
    """KPI → month → log(figure ÷ own forecast of a month ahead), figures as known on a day."""
    found: dict[str, dict[Month, float]] = {}
    years: dict[str, list[YearResult]] = {}
    for one in results:
        if not one.left_out:
            years.setdefault(one.kpi, []).append(one)
    for kpi, own in sorted(years.items()):
        series = panel.series_as_of(kpi, as_of)
        months, start = monthly_values(series), series.start.ordinal
        for result in own:
            for known, forecast in enumerate(result.month_ahead):
                month = Month(result.year, known + 1)
                place = month.ordinal - start
                if 0 <= place < len(months) and forecast > 0 and months[place] > 0:
                    surprise = float(np.log(months[place] / forecast))
                    found.setdefault(kpi, {})[month] = surprise
    return found


def backtest_year(setup: Setup, task: YearTask) -> YearResult:
    """Forecast one year of one KPI from each of its origins; a task for `Workers`."""
    outcome = setup.panel.outcome(task.kpi, task.year, setup.as_of)
    if outcome is None:
        return YearResult(task.kpi, task.year, left_out="its outcome is not known")
    candidates = setup.of_year(task.year)
    errors: dict[str, NDArray[np.float64]] = {}
    standardised, month_ahead = np.full(12, np.nan), np.full(12, np.nan)
    rows: list[dict[str, object]] = []
    failures: dict[str, str] = {}
    parameters: dict[str, Parameters] = {}
    left_out, reconstructed = "no origin has three full years before it", 0
    past, plans = PastPlans(setup.panel, setup.plans, task.kpi, task.year), []
    total = _Total(setup, task, candidates)
    usable = [
        origin
        for origin in origins(setup.panel, task.kpi, task.year, setup.as_of)
        if len(full_years(origin.series, task.year)) >= YEARS_NEEDED
    ]
    for candidate in candidates.values():
        if isinstance(candidate, PriorCandidate):
            candidate.precompute(
                [
                    forecastable(one.series, _events(setup, task.kpi, one.series, one))
                    for one in usable
                ]
            )
    for origin in usable:
        series, known = origin.series, origin.months_known
        events = _events(setup, task.kpi, series, origin)
        if not parameters:
            parameters, failed = fit_candidates(series, candidates, events)
            failures.update(failed)
        learned = task.lesson.with_fits(parameters, failures)
        seed = f"origin {Month(task.year, 1).plus(known - 1)}"
        ahead = horizon(series, task.year)
        simulated = simulate(series, parameters, ahead, setup.n_paths, seed, candidates, events)
        for name, reason in simulated.failures.items():
            failures.setdefault(name, reason)
        try:
            method, paths = chosen_forecast(
                series, simulated, learned, task.year, setup.n_paths, seed
            )
            combined = annual_distribution(
                series, paths, year=task.year, revision=task.lesson.revision
            )
        except CannotForecast as reason:
            failures.setdefault(ENSEMBLE, str(reason))
            left_out = str(reason)
            continue
        base = float(np.median(combined.base))
        if not _usable(base, series, task.year):
            left_out = "last year's total is not known, not positive or very small"
            continue
        left_out = ""
        reconstructed += origin.reconstructed
        month_ahead[known] = float(np.median(paths[:, 0]))
        if method != OCCASIONAL:
            standardised[known] = standardised_error(combined, outcome)
        place: dict[str, object] = {"kpi": task.kpi, "year": task.year, "months_known": known}
        alone = calibrated(method, combined, learned)
        targets = past.at(origin)
        plan = past_plan(alone, targets, outcome)
        plans += [plan] if plan else []
        final = total.at(origin, seed) or informed(alone, targets, learned.fulfilment)[0]
        rows.append(place | _row(ENSEMBLE, final, outcome, base, standardised[known]))
        for name, drawn in simulated.paths.items():
            single = annual_distribution(series, drawn, year=task.year)
            if name in candidates:
                own = errors.setdefault(name, np.full(12, np.nan))
                own[known] = float(annual_error(single.median, outcome, base))
            rows.append(place | _row(name, single, outcome, base, np.nan))
    return YearResult(
        kpi=task.kpi,
        year=task.year,
        errors=errors,
        standardised=standardised,
        month_ahead=month_ahead,
        plans=tuple(plans),
        rows=tuple(rows),
        failures=failures,
        reconstructed=reconstructed,
        left_out="" if rows else left_out,
    )


def _events(setup: Setup, kpi: str, series: Series, origin: Origin) -> Sequence[Event]:
    """The accepted events that count at an origin.

    Those decided by the day of its vintage; at an origin without a vintage of its own those
    decided by today that were over by its last month.
    """
    events = accepted_events(setup.events, kpi, _day(setup, origin))
    return over_by(events, series.cutoff) if origin.reconstructed else events


def _day(setup: Setup, origin: Origin) -> date:
    """The day on which figures are looked up for an origin."""
    return setup.as_of if origin.reconstructed else origin.series.as_of


class _Total:
    """A total's year as the sum of its parts, which are fitted at the first origin."""

    def __init__(self, setup: Setup, task: YearTask, candidates: Mapping[str, Candidate]) -> None:
        self._setup, self._task, self._candidates = setup, task, candidates
        self._fits: dict[str, tuple[dict[str, Parameters], dict[str, str]]] = {}
        self._plans = {
            part: PastPlans(setup.panel, setup.plans, part, task.year) for part in task.parts
        }

    def at(self, origin: Origin, seed: str) -> AnnualDistribution | None:
        """The sum of calibrated parts; None without parts, or if a part has no forecast."""
        parts = []
        for kpi, lesson in self._task.parts.items():
            series = self._setup.panel.series_as_of(kpi, _day(self._setup, origin))
            if origin.reconstructed:
                series = reconstructed(series, origin.series.cutoff)
            events = _events(self._setup, kpi, series, origin)
            if kpi not in self._fits:
                self._fits[kpi] = fit_candidates(series, self._candidates, events)
            targets = self._plans[kpi].at(replace(origin, series=series))
            known = Known(series, lesson.with_fits(*self._fits[kpi]), targets, events)
            parts.append(known)
        if not parts:
            return None
        n_paths, year = self._setup.n_paths, self._task.year
        return year_of_total(origin.series, parts, year, n_paths, seed, self._candidates).annual


def _usable(base: float, series: Series, year: int) -> bool:
    if not base > 0:
        return False
    if not series.traits.adds_up:
        return True
    totals = [series.calendar_year(one).sum() for one in full_years(series, year)]
    return base >= SMALL_BASE * float(np.median(totals))


def _row(
    method: str, annual: AnnualDistribution, outcome: float, base: float, standardised: float
) -> dict[str, object]:
    samples = annual.samples
    targets = base * (1 + np.array(GROWTH_TARGETS) / 100) + annual.traits.year.offset
    chance = (samples[:, None] >= targets).mean(axis=0)
    return {
        "method": method,
        "outcome": outcome,
        "base": base,
        **dict(zip(QUANTILES, annual.quantile(LEVELS), strict=True)),
        "crps": crps_from_samples(outcome, samples) / base,
        "brier": float(np.mean((chance - (outcome >= targets)) ** 2)),
        "standardised": standardised,
    }


def _stacked(results: Sequence[YearResult], name: str) -> NDArray[np.float64]:
    missing = np.full(12, np.nan)
    return np.stack([result.errors.get(name, missing) for result in results])


def _past(result: YearResult) -> list[tuple[int, int, float]]:
    return [(result.year, known, float(error)) for known, error in enumerate(result.standardised)]
