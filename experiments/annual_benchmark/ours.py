"""Our forecast of the benchmark's instances: the default candidates, weighted by earlier years.

As in a retraining, on a panel instead of a plan family: every candidate forecasts
earlier years of the panel, and their errors give the ensemble's weights
(`models.ensemble.learn_weights`). The distribution is the prior's, shifted to the
ensemble's centre (`models.ensemble.centre`). Nothing of the forecast year is used.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from experiments.annual_benchmark.instances import Instance, questions
from experiments.annual_benchmark.scoring import DENSE
from models.candidates import EXTRA, ONLY_FROM_TOTALS, REGISTRY
from models.candidates.annual_prior import PriorCandidate
from models.ensemble import REACH, Weights, centre, learn_weights
from models.errors import CannotForecast
from models.paths import expected_sum, generator
from models.prior.annual import AnnualPrior, annual_quantiles
from models.series import FigureStatus, Month, Series
from training.prior.corpus import History

Floats = NDArray[np.float64]

LESSONS = 200  # (series, year) pairs of earlier years for the weights
LESSON_YEARS = 6
PATHS = 500  # as in a backtest
DEFAULT = frozenset({PriorCandidate.name, *REGISTRY} - EXTRA - ONLY_FROM_TOTALS)
SMALLEST = 1e-4  # of last year's total: the least rest of a series that is never below zero


@dataclass(frozen=True, eq=False)
class Forecasts:
    """The candidates' forecasts of an instance: the sum of the remaining months.

    Attributes
    ----------
    medians : per candidate; NaN where it failed
    quantiles : array, shape (200,), of the prior, at the levels `DENSE`
    cpu_seconds : features, fits and forecasts
    """

    medians: Mapping[str, float]
    quantiles: Floats
    cpu_seconds: float


@dataclass(frozen=True, eq=False)
class Ours:
    """Our forecast of an instance: quantiles of the year's total at `DENSE`, CPU seconds."""

    instance: Instance
    quantiles: Floats
    cpu_seconds: float


def vedich_answers(
    panel: Sequence[History], instances: Sequence[Instance], prior: AnnualPrior
) -> list[Ours]:
    """Our forecasts with the default candidates, in the order of the instances."""
    return Candidates(prior).answers(panel, instances, DEFAULT)


class Candidates:
    """The candidates' forecasts, each computed once; the prior forecasts a whole batch.

    Parameters
    ----------
    prior : AnnualPrior
    others : the candidates beside it
    """

    def __init__(self, prior: AnnualPrior, others: Collection[str] = DEFAULT) -> None:
        self._prior, self._others = prior, sorted(set(others) - {PriorCandidate.name})
        self._forecasts: dict[tuple[str, int, int], Forecasts] = {}
        self.seconds = dict.fromkeys(self._others, 0.0)  # CPU, of each candidate so far

    def answers(
        self, panel: Sequence[History], instances: Sequence[Instance], names: Collection[str]
    ) -> list[Ours]:
        """The ensemble of the named candidates, weighted by earlier years of the panel."""
        cuts = sorted({one.cut for one in instances})
        weights: dict[int, Mapping[int, Weights]] = {}
        for year in sorted({one.year for one in instances}):
            lessons = _lessons(panel, year, cuts)
            self.compute(lessons)
            weights[year] = _weights([(one, self.of(one, names)) for one in lessons])
        self.compute(instances)
        return [
            _answer(one, self.of(one, names), weights[one.year].get(one.cut, {}))
            for one in instances
        ]

    @property
    def n_forecast(self) -> int:
        """Number of instances forecast."""
        return len(self._forecasts)

    def of(self, instance: Instance, names: Collection[str]) -> Forecasts:
        """The forecasts of the named candidates."""
        forecasts = self._forecasts[instance.key]
        medians = {name: value for name, value in forecasts.medians.items() if name in names}
        return replace(forecasts, medians=medians)

    def compute(self, instances: Iterable[Instance]) -> None:
        new = [one for one in instances if one.key not in self._forecasts]
        if not new:
            return
        begin = time.process_time()
        grids = annual_quantiles(
            self._prior, [one.history for one in new], [one.cut for one in new], list(DENSE)
        )
        share = (time.process_time() - begin) / len(new)
        for one, grid in zip(new, grids, strict=True):
            begin = time.process_time()
            rest = grid - one.to_date
            medians = {
                PriorCandidate.name: float(np.interp(0.5, DENSE, rest)),
                **self._beside(one),
            }
            if (one.history >= 0).all():
                least = SMALLEST * one.last_year
                medians = {name: max(value, least) for name, value in medians.items()}
            spent = time.process_time() - begin
            self._forecasts[one.key] = Forecasts(medians, rest, share + spent)

    def _beside(self, instance: Instance) -> dict[str, float]:
        """Sums of the remaining months by the candidates beside the prior."""
        values, cutoff = instance.history, Month(instance.year, 1).plus(instance.cut - 1)
        final: FigureStatus = "final"
        series = Series(
            key=f"benchmark/{instance.series_id}",
            kind="flow",
            unit="",
            start=cutoff.plus(1 - len(values)),
            values=values,
            status=(final,) * len(values),
            as_of=cutoff.last_day,
        )
        found = {}
        for name in self._others:
            candidate, rng = REGISTRY[name], generator(series.key, str(cutoff), name)
            begin = time.process_time()
            try:
                fitted = candidate.fit(series)
                drawn = candidate.paths(series, fitted, instance.horizon, PATHS, rng)
                found[name] = expected_sum(drawn)
            except CannotForecast:
                found[name] = float("nan")
            self.seconds[name] += time.process_time() - begin
        return found


def _lessons(panel: Sequence[History], year: int, cuts: Sequence[int]) -> list[Instance]:
    """Instances of the years before `year`, series and years drawn evenly."""
    asked = questions(
        panel, cuts=cuts, years="all", first_year=year - LESSON_YEARS, last_year=year - 1
    ).instances
    pairs = sorted({(one.series_id, one.year) for one in asked})
    rng = np.random.default_rng(year)
    kept = {pairs[i] for i in rng.permutation(len(pairs))[:LESSONS]}
    return [one for one in asked if (one.series_id, one.year) in kept]


def _weights(lessons: Sequence[tuple[Instance, Forecasts]]) -> Mapping[int, Weights]:
    if not lessons:
        return {}
    pairs = sorted({(one.series_id, one.year) for one, _ in lessons})
    rows = {pair: row for row, pair in enumerate(pairs)}
    errors = {name: np.full((len(pairs), 12), np.nan) for name in sorted(lessons[0][1].medians)}
    for one, forecasts in lessons:
        for name, rest in forecasts.medians.items():
            error = abs(one.to_date + rest - one.actual) / one.last_year
            errors[name][rows[one.series_id, one.year], one.cut] = error
    return learn_weights(errors)


def _answer(instance: Instance, forecasts: Forecasts, weights: Weights) -> Ours:
    """The prior's distribution of the rest, adjusted to the ensemble's centre.

    Multiplied by a factor if no value may be negative, else shifted by an amount; shifted
    too if the factor would be beyond `REACH`, since a median close to zero gives no scale.
    """
    begin = time.process_time()
    rest = forecasts.quantiles
    low, middle, high = np.interp([0.1, 0.5, 0.9], DENSE, rest)
    goal = centre(forecasts.medians, weights, float(high - low))
    never_below = bool((instance.history >= 0).all())
    if never_below and middle > 0 and abs(np.log(goal / middle)) <= REACH:
        adjusted = rest * (goal / middle)
    else:
        adjusted = rest + (goal - middle)
        adjusted = np.maximum(adjusted, 0.0) if never_below else adjusted
    spent = time.process_time() - begin
    return Ours(instance, instance.to_date + adjusted, forecasts.cpu_seconds + spent)
