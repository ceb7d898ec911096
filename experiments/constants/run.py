"""Which constants of weights and calibration matter?

    python -m experiments.constants.run --panels FOLDER [--workers 2] [--panel NAME ...]

Each panel is backtested like a plan family (30 series from 2013, as in
`experiments.delivered.run`), and what the candidates drew at every origin is kept. Weights,
calibration and scores of all years are then computed again from it, with one constant or rule
changed at a time. `CHOSEN_ON` choose what is removed, `JUDGED_ON` judge. Writes constants.csv
(a row per panel and change), constants.md and made_with.json.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd

from experiments.constants import removed
from experiments.delivered.run import JUDGED_ON, SEED, Recorded, Recorder, family, scores
from experiments.provenance import file_hash, write_provenance
from models import calibration, ensemble, year_months
from models.annual import AnnualDistribution
from models.calibration import standardised_error
from models.ensemble import combine
from models.paths import Paths
from models.pipeline import ENSEMBLE, Learned, Simulated, calibrated, chosen_forecast
from models.series import Series
from training.backtest import rolling_origin
from training.backtest.rolling_origin import backtest_year, learn, run_backtest
from training.backtest.year import Setup, YearResult, YearTask

RESULTS = Path(__file__).parent / "results"
CHOSEN_ON = (
    "argentina_datosgobar",
    "brazil_anp_fuel_states",
    "brazil_epe_ibge_states",
    "france_ipi_nace4",
    "india_national",
    "morocco_manar",
)
Change = Sequence[tuple[Any, str, Any]]  # module, name, value in place of its own


# by the name in the tables; a rule that was removed is "with …", a constant "… = …"
CHANGES: dict[str, Change] = {
    "as it is": (),
    "with a KPI's own weights": ((sys.modules[__name__], "learn", removed.learn_with_own_years),),
    "with past errors to 95 %": ((calibration, "_quantiles", removed.quantiles_of_most),),
    "SHARPNESS 2": ((ensemble, "SHARPNESS", 2.0),),
    "TRUST 1": ((ensemble, "TRUST", {}),),
    "TRUST 8": ((ensemble, "TRUST", {"prior": 8.0}),),
    "ensemble.REACH without": ((ensemble, "REACH", np.inf),),
    "NEIGHBOUR 0": ((year_months, "NEIGHBOUR", 0.0),),
    "SHRINK 3": ((calibration, "SHRINK", 3.0),),
    "SHRINK 12": ((calibration, "SHRINK", 12.0),),
    "MEMORY 1": ((calibration, "MEMORY", 1.0),),
    "LARGEST_RATIO without": ((calibration, "LARGEST_RATIO", 1e9),),
    "OWN_SHAPE 0": ((calibration, "OWN_SHAPE", 0.0),),
    "OWN_SHAPE 1": ((calibration, "OWN_SHAPE", 1.0),),
    "FURTHEST without": ((calibration, "FURTHEST", np.inf),),
    "calibration.REACH without": ((calibration, "REACH", np.inf),),
    "FLOOR without": ((calibration, "FLOOR", 1e-9),),
}


@dataclass(frozen=True, eq=False)
class Origin:
    """What is known at an origin before weights are: the months to come as one, their sum.

    Attributes
    ----------
    annual : the ensemble's year, to be answered again with other sums
    sums : candidate → array, shape (n_paths, 1)
    """

    annual: AnnualDistribution
    sums: Mapping[str, Paths]


@dataclass(frozen=True, eq=False)
class Kept:
    """A year of a KPI: what the backtest found, and its origins by months known."""

    result: YearResult
    outcome: float
    origins: Mapping[int, Origin]


def kept_year(setup: Setup, task: YearTask) -> Recorded:
    """`backtest_year`, which also keeps the origins. A task for `Workers`."""
    outcome = setup.panel.outcome(task.kpi, task.year, setup.as_of)
    drawn: dict[str, Mapping[str, Paths]] = {}
    origins: dict[int, Origin] = {}

    def chosen(
        series: Series, simulated: Simulated, learned: Learned, year: int, n_paths: int, seed: str
    ) -> tuple[str, Paths]:
        drawn["last"] = simulated.paths
        return chosen_forecast(series, simulated, learned, year, n_paths, seed)

    def answered(method: str, annual: AnnualDistribution, learned: Learned) -> AnnualDistribution:
        if method == ENSEMBLE and not annual.over:
            ahead = annual.months.shape[1]
            sums = {
                name: paths[:, :ahead].sum(axis=1, keepdims=True)
                for name, paths in drawn["last"].items()
            }
            ones = np.ones((1, 1))
            origins[annual.months_known] = Origin(
                replace(annual, months=sums[min(sums)], response=ones), sums
            )
        return calibrated(method, annual, learned)

    with (
        patch.object(rolling_origin, "calibrated", answered),
        patch.object(rolling_origin, "chosen_forecast", chosen),
    ):
        found = backtest_year(setup, task)
    row = {"kept": Kept(found, float("nan") if outcome is None else outcome, origins)}
    return Recorded(**vars(found), shapes=(row,))


def again(years: Sequence[Kept], change: Change) -> pd.DataFrame:
    """The scores of every origin with a changed constant, year after year."""
    kpis = sorted({one.result.kpi for one in years})
    results: list[YearResult] = []
    rows = []
    with ExitStack() as changed:
        for where, name, value in change:
            changed.enter_context(patch.object(where, name, value))
        ordered = sorted(years, key=lambda one: one.result.year)
        for year, group in groupby(ordered, key=lambda one: one.result.year):
            lessons = learn(results, kpis)
            for one in group:
                lesson = lessons[one.result.kpi]
                errors = np.full(12, np.nan)
                for known, origin in one.origins.items():
                    rng = np.random.default_rng(SEED)
                    sums = combine(origin.sums, lesson.weights.get(known, {}), rng)
                    annual = replace(origin.annual, months=sums)
                    errors[known] = standardised_error(annual, one.outcome)
                    found = scores(annual, lesson.with_fits({}, {}), one.outcome)
                    rows.append({"kpi": one.result.kpi, "year": year, **found})
                results.append(replace(one.result, standardised=errors, plans=()))
    every = pd.DataFrame(rows)
    return every[every["tested"]]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m experiments.constants.run")
    parser.add_argument("--panels", type=Path, required=True, help="folder of tidy .parquet")
    parser.add_argument("--panel", action="append", help="only these")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    names = given.panel or [*CHOSEN_ON, *JUDGED_ON]
    rows: list[dict[str, Any]] = []
    for name in names:
        panel, day = family(name, given.panels)
        with Recorder(Setup(panel, day), given.workers, kept_year) as pool:
            run_backtest(pool, Setup(panel, day), sorted(panel.kpis()))
            years = [row["kept"] for row in pool.rows]
        before = summary(again(years, ()))
        for change, places in CHANGES.items():
            mine = summary(again(years, places)) if places else before
            ratios = {f"{score}_ratio": mine[score] / before[score] for score in ("crps", "brier")}
            rows.append({"panel": name, "change": change, **mine, **ratios})
        pd.DataFrame(rows).to_csv(given.out / "constants.csv", index=False, float_format="%.5f")
        print(name, flush=True)
    text = readable(pd.DataFrame(rows))
    (given.out / "constants.md").write_text(text, encoding="utf-8")
    hashes = {name: file_hash(given.panels / f"{name}.parquet") for name in names}
    command = "python -m experiments.constants.run --panels PANELS"
    packages = ("numpy", "scipy", "pandas", "statsmodels")
    write_provenance(given.out, command, *packages, seed=SEED, data_sha256=hashes)
    print(text)


def summary(rows: pd.DataFrame) -> dict[str, float]:
    """Means over all origins of a panel; how much coverage differs between its KPIs."""
    place = rows["place"]
    inside = place.between(0.1, 0.9)
    return {
        "n": len(rows),
        "crps": rows["crps"].mean(),
        "brier": rows["brier"].mean(),
        "inside_80": inside.mean(),
        "inside_95": place.between(0.025, 0.975).mean(),
        "above": (place > 0.5).mean(),
        "inside_80_sd_of_kpis": inside.groupby(rows["kpi"]).mean().std(),
    }


def readable(rows: pd.DataFrame) -> str:
    """A Markdown table: means over the panels that choose and those that judge."""
    lines = [
        "| Change | CRPS ÷ as it is, the panels that choose | those that judge | worst panel "
        "| Brier | Inside 80 % | Inside 95 % | its SD between KPIs (80 %) |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for change, own in rows.groupby("change", sort=False):
        sides = [own[own["panel"].isin(side)] for side in (CHOSEN_ON, JUDGED_ON)]
        ratios = [f"{_geometric(side['crps_ratio']):.4f}" if len(side) else "–" for side in sides]
        lines.append(
            f"| {change} | {ratios[0]} | {ratios[1]} | {own['crps_ratio'].max():.4f} "
            f"| {_geometric(own['brier_ratio']):.4f} | {own['inside_80'].mean():.1%} "
            f"| {own['inside_95'].mean():.1%} | {own['inside_80_sd_of_kpis'].mean():.3f} |"
        )
    return "\n".join([*lines, ""])


def _geometric(ratios: pd.Series) -> float:
    return float(np.exp(np.log(ratios).mean()))


if __name__ == "__main__":
    main()
