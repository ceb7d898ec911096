"""Scores of the record: probabilities, intervals and official estimates, each group apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from models.scores import brier_score, crps_from_quantiles, reliability_table
from service.projections.issue import GRID
from service.projections.shape import significant
from service.shapes.registry import EstimateScore, ReliabilityBand, SettledOn, SettledScore
from service.track_record.settled import Estimated, Given, Judged, Origin, SettledKpi

By = Literal["all", "kind", "months_known", "office", "kpi"]
ORIGINS: tuple[Origin, ...] = get_args(Origin)
SETTLED_ON: tuple[SettledOn, ...] = get_args(SettledOn)


@dataclass(frozen=True)
class _Row:
    """A projection of the record with its KPI."""

    kpi: SettledKpi
    given: Given


_KEYS: dict[By, Callable[[_Row], str]] = {
    "all": lambda row: "",
    "kind": lambda row: row.kpi.kind,
    "months_known": lambda row: f"{row.given.months_known:02d}",
    "office": lambda row: row.kpi.office,
    "kpi": lambda row: row.kpi.kpi,
}


def scores_of(
    settled: Sequence[SettledKpi], by: Iterable[By] = tuple(_KEYS)
) -> list[SettledScore]:
    """Scores of the projections, live and backtests apart, on each of the two outcomes."""
    rows = [_Row(kpi, given) for kpi in settled for given in kpi.given]
    found = []
    for name in by:
        for origin in ORIGINS:
            groups: dict[str, list[_Row]] = {}
            for row in rows:
                if row.given.origin == origin:
                    groups.setdefault(_KEYS[name](row), []).append(row)
            for group, own in sorted(groups.items()):
                for settled_on in SETTLED_ON:
                    score = _score(name, group, origin, settled_on, own)
                    if score.probabilities or score.forecasts:
                        found.append(score)
    return found


def reliability_of(
    settled: Sequence[SettledKpi], origin: Origin, settled_on: SettledOn
) -> tuple[ReliabilityBand, ...]:
    """How often targets were met, by the probability that was given."""
    pairs = [
        pair
        for kpi in settled
        for given in kpi.given
        if given.origin == origin
        for pair in _pairs(given.targets, settled_on)
    ]
    if not pairs:
        return ()
    probability, met = map(np.array, zip(*pairs, strict=True))
    return tuple(ReliabilityBand(**row) for row in reliability_table(met, probability))


def estimate_scores(settled: Sequence[SettledKpi], by: Iterable[By]) -> list[EstimateScore]:
    """Scores of the official estimates, beside the forecasts of the same months."""
    keys: dict[By, Callable[[SettledKpi, Estimated], str]] = {
        "all": lambda kpi, one: "",
        "kind": lambda kpi, one: kpi.kind,
        "months_known": lambda kpi, one: f"{one.month.month:02d}",
        "office": lambda kpi, one: kpi.office,
        "kpi": lambda kpi, one: kpi.kpi,
    }
    found: list[EstimateScore] = []
    for name in by:
        for origin in ORIGINS:
            groups: dict[str, list[tuple[SettledKpi, Estimated]]] = {}
            for kpi in settled:
                for one in kpi.estimates:
                    if one.origin == origin:
                        groups.setdefault(keys[name](kpi, one), []).append((kpi, one))
            for group, own in sorted(groups.items()):
                for settled_on in SETTLED_ON:
                    found += _of_estimates(name, group, origin, settled_on, own)
    return found


def _pairs(targets: Iterable[Judged], settled_on: SettledOn) -> Iterator[tuple[float, bool]]:
    for one in targets:
        met = one.met if settled_on == "estimate" else one.met_final
        if met is not None:
            yield one.probability, met


def _score(
    by: By, group: str, origin: Origin, settled_on: SettledOn, rows: Sequence[_Row]
) -> SettledScore:
    pairs = [pair for row in rows for pair in _pairs(row.given.targets, settled_on)]
    probability = np.array([one for one, _ in pairs], dtype=float)
    met = np.array([one for _, one in pairs], dtype=bool)
    share = float(met.mean()) if len(met) else None
    errors = [one for row in rows for one in _errors(row, settled_on)]
    crps = [one.crps for one in errors if one.crps is not None]
    return SettledScore(
        by=by,
        group=group,
        origin=origin,
        settled_on=settled_on,
        probabilities=len(pairs),
        brier=brier_score(met, probability) if len(met) else None,
        brier_of_share=None if share is None else significant(share * (1 - share)),
        mean_probability=float(probability.mean()) if len(met) else None,
        share_met=share,
        forecasts=len(errors),
        annual_error=_mean([one.error for one in errors]),
        coverage_80=_mean([float(one.inside_80) for one in errors]),
        coverage_95=_mean([float(one.inside_95) for one in errors]),
        width_80=_mean([one.width for one in errors]),
        with_crps=len(crps),
        crps=_mean(crps),
    )


@dataclass(frozen=True)
class _Error:
    """How far a forecast of the year was from it, as fractions of last year's total."""

    error: float
    inside_80: bool
    inside_95: bool
    width: float
    crps: float | None


def _errors(row: _Row, settled_on: SettledOn) -> Iterator[_Error]:
    """The error of a projection whose year is over; none without last year's total."""
    came, bands = row.kpi.came, row.given.quantiles
    if came is None or bands is None or row.given.median is None or came.base is None:
        return
    outcome = came.first if settled_on == "estimate" else came.final
    if outcome is None:
        return
    low_95, low_80, _, high_80, high_95 = bands
    grid, crps = row.given.grid, None
    if grid is not None:
        crps = float(crps_from_quantiles(outcome.value, np.array(grid), GRID)) / came.base
    yield _Error(
        error=abs(row.given.median - outcome.value) / came.base,
        inside_80=low_80 <= outcome.value <= high_80,
        inside_95=low_95 <= outcome.value <= high_95,
        width=(high_80 - low_80) / came.base,
        crps=crps,
    )


def _of_estimates(
    by: By,
    group: str,
    origin: Origin,
    settled_on: SettledOn,
    rows: Sequence[tuple[SettledKpi, Estimated]],
) -> Iterator[EstimateScore]:
    errors, signed, forecasts, sides = [], [], [], []
    for kpi, one in rows:
        came = kpi.came
        if came is None or came.base is None:
            continue
        outcome = came.first if settled_on == "estimate" else came.final
        if outcome is None:
            continue
        gap = (one.value - outcome.value) / came.base
        signed.append(gap)
        errors.append(abs(gap))
        if one.forecast is not None:
            forecasts.append(abs(one.forecast - outcome.value) / came.base)
        if one.right is not None:
            sides.append(float(one.right))
    if errors:
        yield EstimateScore(
            by=by,
            group=group,
            origin=origin,
            settled_on=settled_on,
            n=len(errors),
            error=_mean(errors) or 0.0,
            bias=_mean(signed) or 0.0,
            right=_mean(sides),
            with_forecast=len(forecasts),
            forecast_error=_mean(forecasts),
        )


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if values else None
