"""Scores by panel, ratios to the best peer, and their intervals by series and years."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from experiments.holdout.peers import JUDGES, METHODS

Floats = NDArray[np.float64]
OURS = "vedich"
SCORES = ("annual_error", "crps", "brier")
COVERED = ("coverage_80", "coverage_95")
DRAWS, SEED = 1000, 20261130


class Drawn:
    """Means over origins, with series and years both drawn again; the first draw is as it was.

    Parameters
    ----------
    rows : columns `kpi`, `year` and those of `names`
    """

    def __init__(self, rows: pd.DataFrame, names: list[str], seed: list[int]) -> None:
        rng = np.random.default_rng(seed)
        grouped = rows.groupby(["kpi", "year"])[names]
        sums = [grouped.sum()[name].unstack(fill_value=0).to_numpy() for name in names]
        count = grouped.size().unstack(fill_value=0).to_numpy()
        found = np.empty((DRAWS + 1, len(names)))
        for draw in range(DRAWS + 1):
            number = 0.0
            while number == 0.0:  # a few series may have none of the years drawn
                kpis, years = (
                    np.arange(n) if draw == 0 else rng.integers(0, n, n) for n in count.shape
                )
                chosen = np.ix_(kpis, years)
                number = float(count[chosen].sum())
            found[draw] = [one[chosen].sum() / number for one in sums]
        self.means = dict(zip(names, found.T, strict=True))


def by_panel(asked: pd.DataFrame, origins: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, Floats]]:
    """The table, one row per panel, and the draws of all ratios and coverages.

    Parameters
    ----------
    asked : one row per panel, kpi, year, cut and method, ours among them
    origins : ours at every origin, with `panel`

    Returns
    -------
    table, and by score an array, shape (n_draws + 1, n_panels): `annual_error`, `crps` and
        `brier` as ratios to the best of the judges; `coverage_80`, `coverage_95`
    """
    lines: list[dict[str, Any]] = []
    draws: dict[str, list[Floats]] = {name: [] for name in (*SCORES, *COVERED)}
    for place, (panel, own) in enumerate(asked.groupby("panel", sort=True)):
        keys = ["kpi", "year", "cut"]
        wide = own.pivot_table(index=keys, columns="method", values=list(SCORES))
        wide.columns = pd.Index(["|".join(column) for column in wide.columns.to_flat_index()])
        names = list(wide.columns)
        drawn = Drawn(wide.reset_index(), names, [SEED, place]).means
        mine = origins[origins["panel"] == panel]
        covered = Drawn(mine, list(COVERED), [SEED, place]).means
        line: dict[str, Any] = {"panel": panel, "questions": len(wide), "origins": len(mine)}
        for score in SCORES:
            best = np.min([drawn[f"{score}|{one}"] for one in JUDGES], axis=0)
            ratio = drawn[f"{score}|{OURS}"] / best
            draws[score].append(ratio)
            line |= {score: drawn[f"{score}|{OURS}"][0], **_interval(f"{score}_ratio", ratio)}
            line |= {
                f"{score}_{method}": drawn[f"{score}|{method}"][0]
                for method in METHODS
                if f"{score}|{method}" in drawn
            }
        for score in COVERED:
            draws[score].append(covered[score])
            line |= _interval(score, covered[score])
            peers = own[own["method"].isin(JUDGES)].groupby("method")[score].mean()
            line |= {f"{score}_{method}": value for method, value in peers.items()}
        lines.append(line)
    return pd.DataFrame(lines), {name: np.stack(one, axis=1) for name, one in draws.items()}


def over_panels(draws: dict[str, Floats]) -> pd.DataFrame:
    """Median and geometric mean of the ratios, mean of coverage, with intervals; the worst."""
    lines = []
    for score, drawn in draws.items():
        ratio = score in SCORES
        middle = np.median(drawn, axis=1) if ratio else drawn.mean(axis=1)
        line = {"score": score, "of": "median" if ratio else "mean", **_interval("value", middle)}
        line |= {"least": drawn[0].min(), "most": drawn[0].max()}
        lines.append(line)
        if ratio:
            mean = np.exp(np.log(drawn).mean(axis=1))
            lines.append({"score": score, "of": "geometric mean", **_interval("value", mean)})
    return pd.DataFrame(lines)


def _interval(name: str, drawn: Floats) -> dict[str, float]:
    low, high = np.quantile(drawn[1:], [0.025, 0.975])
    return {name: float(drawn[0]), f"{name}_low": float(low), f"{name}_high": float(high)}
