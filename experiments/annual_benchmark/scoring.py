"""Scores of annual forecasts, as section 6 of the design fixes them; all relative to last year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.annual_benchmark.instances import Instance
from models.scores import crps_from_quantiles, crps_from_samples, reliability_table

Floats = NDArray[np.float64]

LEVELS = (0.025, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.975)
QUANTILES = ("q025", "q05", "q10", "q25", "q50", "q75", "q90", "q95", "q975")
DENSE = np.arange(0.5, 200.0) / 200.0  # levels of the grid that CRPS is computed on
GROWTH_TARGETS = (-0.10, -0.05, 0.0, 0.05, 0.10)
TARGETS = tuple(f"p_{100 * growth:+.0f}" for growth in GROWTH_TARGETS)
BOOTSTRAPS = 1000
_SEED = 20210630


@dataclass(frozen=True, eq=False)
class Distribution:
    """One method's annual total of one instance.

    Attributes
    ----------
    point : the forecast median (a method's own point forecast where it has one)
    quantiles : array, shape (9,), at `LEVELS`; empty without a distribution
    crps : in the series' unit; NaN without a distribution
    chances : array, shape (5,), P(total ≥ B × (1 + g)); empty without a distribution
    """

    point: float
    quantiles: Floats
    crps: float
    chances: Floats


def from_samples(point: float, samples: Floats, instance: Instance) -> Distribution:
    """From simulated totals, shape (n_paths,); none for a method without paths."""
    if samples.size == 0:
        return Distribution(point, np.empty(0), float("nan"), np.empty(0))
    goals = instance.last_year * (1.0 + np.array(GROWTH_TARGETS))
    return Distribution(
        point,
        np.quantile(samples, LEVELS),
        crps_from_samples(instance.actual, samples),
        (samples[:, None] >= goals).mean(axis=0),
    )


def from_grid(quantiles: Floats, instance: Instance) -> Distribution:
    """From quantiles at the levels `DENSE`."""
    goals = instance.last_year * (1.0 + np.array(GROWTH_TARGETS))
    below = np.interp(goals, quantiles, DENSE, left=0.0, right=1.0)
    return Distribution(
        float(np.interp(0.5, DENSE, quantiles)),
        np.interp(LEVELS, DENSE, quantiles),
        float(crps_from_quantiles(instance.actual, quantiles, DENSE)),
        1.0 - below,
    )


def row(
    method: str,
    instance: Instance,
    given: Distribution,
    cpu_seconds: float,
    in_training: bool,
    failed: str = "",
) -> dict[str, object]:
    """A line of instances.parquet: the forecast and the actual."""
    empty = [float("nan")] * len(LEVELS)
    quantiles = list(given.quantiles) if given.quantiles.size else empty
    chances = list(given.chances) if given.chances.size else empty[: len(TARGETS)]
    return {
        "method": method,
        "series_id": instance.series_id,
        "year": instance.year,
        "cut": instance.cut,
        "actual": instance.actual,
        "last_year": instance.last_year,
        "point": given.point,
        **dict(zip(QUANTILES, quantiles, strict=True)),
        **dict(zip(TARGETS, chances, strict=True)),
        "crps": given.crps / instance.last_year,
        "cpu_seconds": cpu_seconds,
        "in_training": in_training,
        "failed": failed,
    }


def scored(rows: pd.DataFrame) -> pd.DataFrame:
    """Instances with their scores, fractions of last year's total."""
    actual, base = rows["actual"], rows["last_year"]
    frame = rows.assign(annual_error=(rows["point"] - actual).abs() / base)
    has = rows["q50"].notna() & rows["q10"].notna()
    inside = {"coverage_80": ("q10", "q90"), "coverage_95": ("q025", "q975")}
    for name, (low, high) in inside.items():
        frame[name] = actual.between(rows[low], rows[high]).astype(float).where(has)
    frame["width_80"] = (rows["q90"] - rows["q10"]) / base
    goals = base.to_numpy()[:, None] * (1.0 + np.array(GROWTH_TARGETS))
    met = (actual.to_numpy()[:, None] >= goals).astype(float)
    frame["brier"] = np.mean((rows[list(TARGETS)].to_numpy(dtype=float) - met) ** 2, axis=1)
    return frame


def results(rows: pd.DataFrame, methods: Sequence[str]) -> pd.DataFrame:
    """results.csv: one row per method and cut, and over all cuts."""
    frame = scored(rows)
    lines = []
    for method in methods:
        own = frame[frame["method"] == method]
        for cut in [*sorted(frame["cut"].unique()), "all"]:
            part = own if cut == "all" else own[own["cut"] == cut]
            if len(part):
                lines.append({"method": method, "cut": cut, **_scores(part)})
    return pd.DataFrame(lines)


def _scores(part: pd.DataFrame) -> dict[str, object]:
    low, high = clustered(part, "coverage_80")
    return {
        "n": len(part),
        "annual_error": part["annual_error"].mean(),
        "median_error": part["annual_error"].median(),
        "crps": part["crps"].mean(),
        "coverage_80": part["coverage_80"].mean(),
        "coverage_80_low": low,
        "coverage_80_high": high,
        "coverage_95": part["coverage_95"].mean(),
        "width_80": part["width_80"].mean(),
        "brier": part["brier"].mean(),
        "cpu_seconds": part["cpu_seconds"].mean(),
        "in_training": part["in_training"].mean(),
        **dict(
            zip(
                ("coverage_95_low", "coverage_95_high"),
                clustered(part, "coverage_95"),
                strict=True,
            )
        ),
    }


def clustered(part: pd.DataFrame, score: str) -> tuple[float, float]:
    """95 % bootstrap interval of a mean, series drawn whole; NaN without the score."""
    sums = part.groupby("series_id")[score].agg(["sum", "count"]).to_numpy(dtype=float)
    if sums[:, 1].sum() == 0:
        return float("nan"), float("nan")
    drawn = _drawn(sums)
    low, high = np.quantile(drawn[:, 0] / drawn[:, 1], [0.025, 0.975])
    return float(low), float(high)


def ratio_to(
    rows: pd.DataFrame, method: str, peer: str, score: str
) -> tuple[float, float, float] | None:
    """Mean score of a method ÷ a peer's, with its 95 % bootstrap interval by series."""
    frame = scored(rows)
    ours = frame[frame["method"] == method].groupby("series_id")[score].sum(min_count=1)
    theirs = frame[frame["method"] == peer].groupby("series_id")[score].sum(min_count=1)
    both = pd.concat([ours, theirs], axis=1).dropna().to_numpy(dtype=float)
    if len(both) == 0 or both[:, 1].sum() <= 0:
        return None
    drawn = _drawn(both)
    low, high = np.quantile(drawn[:, 0] / drawn[:, 1], [0.025, 0.975])
    return float(both[:, 0].sum() / both[:, 1].sum()), float(low), float(high)


def reliability(rows: pd.DataFrame, method: str) -> pd.DataFrame:
    """How often the growth targets were reached, by the probability given."""
    own = rows[rows["method"] == method]
    goals = own["last_year"].to_numpy()[:, None] * (1.0 + np.array(GROWTH_TARGETS))
    met = own["actual"].to_numpy()[:, None] >= goals
    chances = own[list(TARGETS)].to_numpy(dtype=float)
    return pd.DataFrame(reliability_table(met.ravel(), chances.ravel()))


def _drawn(per_series: Floats) -> Floats:
    """Sums over series drawn with replacement, shape (BOOTSTRAPS, n_columns)."""
    rng = np.random.default_rng(_SEED)
    places = rng.integers(0, len(per_series), (BOOTSTRAPS, len(per_series)))
    return np.asarray(per_series[places].sum(axis=1), dtype=float)
