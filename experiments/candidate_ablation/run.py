"""What does each candidate add to the ensemble, and what does it cost?

    python -m experiments.candidate_ablation.run [--every N]

The backtest of the sample plan `vietnam-2021` as of June 2021 with the default
candidates, with each of them left out, with CES, ETS and both added, and with the
prior alone. Weights and calibration are relearned for each set from strictly
earlier years. Every candidate's paths are drawn once and cached, seeded by its name,
so that sets differ only by what is combined. Writes results.csv,
costs.csv and made_with.json.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.samples.files import read_sample
from data.vintages.panel import Panel
from models.candidates import EXTRA
from models.candidates.base import Candidate, Parameters
from models.errors import CannotForecast
from models.paths import Paths
from models.series import Series
from training.backtest.rolling_origin import run_backtest
from training.backtest.scoreboard import ENSEMBLE, after_first_year
from training.backtest.year import Setup
from training.retrain import commit
from training.workers import Workers

RESULTS = Path(__file__).parent / "results"
SAMPLE, DAY, PATHS = "vietnam-2021", date(2021, 6, 30), 300
DRAWS, SEED = 2000, 0  # of the bootstrap
MEASURES = ("annual_error", "crps", "brier", "coverage_80", "width_80")


class Cached:
    """A candidate whose fits and paths are computed once, and timed."""

    def __init__(self, candidate: Candidate) -> None:
        self._candidate = candidate
        self._fits: dict[tuple[Any, ...], Parameters | CannotForecast] = {}
        self._paths: dict[tuple[Any, ...], NDArray[np.float32] | CannotForecast] = {}
        self.cpu = 0.0

    @property
    def name(self) -> str:
        return self._candidate.name

    @property
    def drawn(self) -> int:
        """How many forecasts were made."""
        return len(self._paths)

    def fit(self, series: Series) -> Parameters:
        key = (series.key, series.as_of, str(series.cutoff))
        if key not in self._fits:
            began = time.process_time()
            try:
                self._fits[key] = self._candidate.fit(series)
            except CannotForecast as reason:
                self._fits[key] = reason
            self.cpu += time.process_time() - began
        found = self._fits[key]
        if isinstance(found, CannotForecast):
            raise found
        return found

    def paths(
        self,
        series: Series,
        parameters: Parameters,
        horizon: int,
        n_paths: int,
        rng: np.random.Generator,
    ) -> Paths:
        key = (series.key, series.as_of, str(series.cutoff), horizon)
        if key not in self._paths:
            began = time.process_time()
            try:
                drawn = self._candidate.paths(series, parameters, horizon, n_paths, rng)
                self._paths[key] = drawn.astype(np.float32)
            except CannotForecast as reason:
                self._paths[key] = reason
            self.cpu += time.process_time() - began
        found = self._paths[key]
        if isinstance(found, CannotForecast):
            raise found
        return found.astype(float)


@dataclass(frozen=True, eq=False)
class Chosen(Setup):
    """The setup of a backtest with some of the candidates, kept between sets."""

    names: frozenset[str] = frozenset()
    kept: dict[int, Mapping[str, Cached]] = field(default_factory=dict)

    def of_year(self, year: int) -> Mapping[str, Candidate]:
        if year not in self.kept:
            every = Setup(self.panel, self.as_of, thorough=True).of_year(year)
            self.kept[year] = {name: Cached(one) for name, one in every.items()}
        return {name: one for name, one in self.kept[year].items() if name in self.names}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m experiments.candidate_ablation.run")
    parser.add_argument("--every", type=int, default=1, help="only every Nth KPI")
    given = parser.parse_args()
    program = commit()
    plan, observations = read_sample(SAMPLE)
    panel = Panel.of(plan.family, plan.kpis, observations)
    kpis = [kpi for kpi in sorted(panel.kpis()) if not panel.parts_of(kpi)][:: given.every]
    kept: dict[int, Mapping[str, Cached]] = {}
    tables = {
        name: scores(panel, kpis, frozenset(chosen), kept)
        for name, chosen in sets(frozenset(Setup(panel, DAY, thorough=True).of_year(DAY.year)))
    }
    RESULTS.mkdir(exist_ok=True)
    compared = comparison(tables)
    compared.to_csv(RESULTS / "results.csv", index=False, float_format="%.5f")
    spent = costs(kept)
    spent.to_csv(RESULTS / "costs.csv", index=False, float_format="%.2f")
    content = "\n".join(sorted(map(repr, observations)))
    made_with = {
        "command": f"python -m experiments.candidate_ablation.run --every {given.every}",
        "kpis": len(kpis),
        "paths": PATHS,
        "data_sha256": hashlib.sha256(content.encode()).hexdigest(),
        "seed": "family, KPI and vintage (models.paths.generator); bootstrap 0",
        "commit": program,
        "python": platform.python_version(),
        **{name: version(name) for name in ("numpy", "pandas", "statsforecast", "statsmodels")},
    }
    (RESULTS / "made_with.json").write_text(json.dumps(made_with, indent=1) + "\n", "utf-8")
    print(compared.to_string(index=False))
    print(spent.to_string(index=False))


def sets(every: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    """What is compared, by name; the first is the default, against which all are set."""
    default = every - EXTRA
    yield "default", default
    for name in sorted(default):
        yield f"without {name}", default - {name}
    for name in sorted(EXTRA):
        yield f"with {name}", default | {name}
    yield "with both", every
    yield "prior alone", frozenset({"prior"})


def scores(
    panel: Panel, kpis: list[str], names: frozenset[str], kept: dict[int, Mapping[str, Cached]]
) -> pd.DataFrame:
    """The ensemble's scores, one row per KPI and origin."""
    setup = Chosen(panel, DAY, n_paths=PATHS, names=names, kept=kept)
    with Workers[Setup](setup) as workers:
        backtest = run_backtest(workers, setup, kpis)
    table = after_first_year(backtest.scores.frame())
    table = table[table["method"] == ENSEMBLE]
    return table.set_index(["kpi", "year", "months_known"])[list(MEASURES)]


def comparison(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Means over the origins that all sets answered, and differences to the default.

    The 95 % interval of a difference is a bootstrap that draws KPIs.
    """
    common = None
    for table in tables.values():
        common = table.index if common is None else common.intersection(table.index)
    first = tables["default"].loc[common]
    lines = []
    for name, table in tables.items():
        rows = table.loc[common]
        means = {measure: float(rows[measure].mean()) for measure in MEASURES}
        line: dict[str, Any] = {"candidates": name, "n": len(rows), **means}
        for measure in ("annual_error", "crps"):
            gap = (rows[measure] - first[measure]).groupby(level="kpi")
            low, high = interval(gap.sum().to_numpy(float), np.asarray(gap.count(), dtype=float))
            line[f"{measure}_more"] = float((rows[measure] - first[measure]).mean())
            line[f"{measure}_low"], line[f"{measure}_high"] = low, high
        lines.append(line)
    return pd.DataFrame(lines)


def interval(sums: NDArray[np.float64], counts: NDArray[np.float64]) -> tuple[float, float]:
    """95 % interval of a mean by clusters."""
    drawn = np.random.default_rng(SEED).integers(len(sums), size=(DRAWS, len(sums)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def costs(kept: Mapping[int, Mapping[str, Cached]]) -> pd.DataFrame:
    """CPU seconds of each candidate's fits and paths over the backtest, and per forecast."""
    lines = []
    for name in sorted({name for year in kept.values() for name in year}):
        ones = [year[name] for year in kept.values() if name in year]
        cpu, drawn = sum(one.cpu for one in ones), sum(one.drawn for one in ones)
        lines.append(
            {
                "candidate": name,
                "forecasts": drawn,
                "cpu_seconds": cpu,
                "cpu_ms_each": 1000 * cpu / max(drawn, 1),
            }
        )
    return pd.DataFrame(lines)


if __name__ == "__main__":
    main()
