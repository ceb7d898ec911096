"""Is each kind of KPI answered as well as by the peers that could serve it?

    python -m experiments.kinds.run --panels FOLDER [--case NAME ...] [--workers 2]

For each kind, 12 public series over ten years are turned into the figures that an office would
publish (`cases.py`), with days of publication. They go through the program's own path: a
rolling-origin backtest on vintages, in which each year is answered by what strictly earlier
years taught, and the delivered distribution is scored. The peers that could serve the kind
(`peers.py`) answer the same questions: the last four years, with 3, 6 and 9 months known.
Writes one table per case into scores/, results.md of all of
them, and made_with.json.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from experiments.kinds.cases import SEED, Case, cases
from experiments.kinds.peers import peer_outcomes
from experiments.provenance import file_hash, write_provenance
from models.scores import crps_from_samples
from models.series import Month
from training.backtest.rolling_origin import GROWTH_TARGETS, run_backtest
from training.backtest.scoreboard import ENSEMBLE
from training.backtest.year import Setup
from training.workers import Workers

RESULTS = Path(__file__).parent / "results"
CUTS, YEARS, DRAWS = (3, 6, 9), 4, 1000
OURS = "vedich"
SCORES = ("annual_error", "crps", "brier")
COVERED = ("coverage_80", "coverage_95")
WORSE = 1.02  # ratio of CRPS from which on a peer counts as better


def delivered(case: Case, setup: Setup, workers: int) -> pd.DataFrame:
    """One row per KPI, year and cut: scores of what the program delivers."""
    with Workers(setup, workers) as pool:
        found = run_backtest(pool, setup, sorted(case.truths)).scores.frame()
    newest = int(found["year"].max())
    return found[
        (found["method"] == ENSEMBLE)
        & found["months_known"].isin(CUTS)
        & (found["year"] > newest - YEARS)
    ]


def answers(case: Case, workers: int) -> tuple[pd.DataFrame, float]:
    """One row per KPI, year, cut and method; CPU seconds of the peers."""
    asked = delivered(case, Setup(case.panel, case.day), workers)
    rows: list[dict[str, Any]] = []
    begin = time.process_time()
    for one in asked.to_dict("records"):
        place = {"case": case.name, "kpi": one["kpi"], "year": one["year"]}
        place |= {"cut": one["months_known"]}
        rows.append(place | {"method": OURS} | {name: one[name] for name in (*SCORES, *COVERED)})
        truth = case.truths[one["kpi"]]
        january = Month(int(one["year"]), 1).ordinal - truth.start.ordinal
        name = f"{case.name} {one['kpi']} {one['year']}"
        found_here = peer_outcomes(truth, january, int(one["months_known"]), name)
        for method, (point, drawn) in found_here.items():
            rows.append(place | {"method": method} | _scores(truth.kind, one, point, drawn))
    return pd.DataFrame(rows), time.process_time() - begin


def _scores(
    kind: str, asked: Mapping[Any, Any], point: float, drawn: NDArray[np.float64]
) -> dict[str, float]:
    """As for ours; without a distribution the error alone."""
    outcome, base = float(asked["outcome"]), float(asked["base"])
    scores = {"annual_error": abs(point - outcome) / base}
    if not drawn.size:
        return scores
    offset = -100.0 if kind == "growth" else 0.0
    goals = base * (1 + np.array(GROWTH_TARGETS) / 100) + offset
    low, q10, q90, high = np.quantile(drawn, [0.025, 0.1, 0.9, 0.975])
    chance = (drawn[:, None] >= goals).mean(axis=0)
    return scores | {
        "crps": crps_from_samples(outcome, drawn) / base,
        "brier": float(np.mean((chance - (outcome >= goals)) ** 2)),
        "coverage_80": float(q10 <= outcome <= q90),
        "coverage_95": float(low <= outcome <= high),
    }


def table(rows: pd.DataFrame) -> pd.DataFrame:
    """Means and medians by case and method; ratios to ours, with intervals by series and years."""
    lines = []
    for (case, method), own in rows.groupby(["case", "method"], sort=False):
        line: dict[str, Any] = {"case": case, "method": method, "n": len(own)}
        for name in SCORES:
            line[name], line[f"{name}_median"] = own[name].mean(), own[name].median()
        line |= {name: own[name].mean() for name in COVERED}
        if method != OURS:
            ours = rows[(rows["case"] == case) & (rows["method"] == OURS)]
            for name in SCORES:
                ratio, low, high = ratio_of(ours, own, name)
                line |= {f"{name}_ratio": ratio, f"{name}_low": low, f"{name}_high": high}
        lines.append(line)
    return pd.DataFrame(lines)


def ratio_of(ours: pd.DataFrame, theirs: pd.DataFrame, name: str) -> tuple[float, float, float]:
    """Our mean score ÷ theirs, and its 95 % interval with series and years drawn again."""
    a, b = (
        one.groupby(["kpi", "year"])[name].sum().unstack().fillna(0.0).to_numpy()
        for one in (ours, theirs)
    )
    rng = np.random.default_rng(SEED)
    drawn = []
    for _ in range(DRAWS):
        chosen = np.ix_(*(rng.integers(0, n, n) for n in a.shape))
        drawn.append(a[chosen].sum() / b[chosen].sum() if b[chosen].sum() > 0 else np.nan)
    low, high = np.nanquantile(drawn, [0.025, 0.975])
    return float(a.sum() / b.sum()), float(low), float(high)


def readable(summary: pd.DataFrame) -> str:
    """Markdown: ours, and by peer the ratio of ours to it."""
    lines = [
        "| Kind | Method | n | Error, mean | median | CRPS | Brier | In 80 % | In 95 % "
        "| Ours ÷ theirs: error | CRPS | 95 % | Brier |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for one in summary.to_dict("records"):
        ratios = ["", "", "", ""]
        if one["method"] != OURS:
            ratios = [_plain(one["annual_error_ratio"], "{:.2f}")]
            crps = _plain(one["crps_ratio"], "{:.2f}")
            ratios.append(f"**{crps}**" if crps and one["crps_ratio"] > WORSE else crps)
            spans = f"{one['crps_low']:.2f} to {one['crps_high']:.2f}"
            ratios += [spans if crps else "", _plain(one["brier_ratio"], "{:.2f}")]
        cells = [
            one["case"],
            one["method"],
            str(one["n"]),
            f"{one['annual_error']:.2%}",
            f"{one['annual_error_median']:.2%}",
            _plain(100 * one["crps"], "{:.2f} %"),
            _plain(one["brier"], "{:.4f}"),
            _plain(100 * one["coverage_80"], "{:.0f} %"),
            _plain(100 * one["coverage_95"], "{:.0f} %"),
        ]
        lines.append("| " + " | ".join([*cells, *ratios]) + " |")
    return "\n".join([*lines, ""])


def _plain(value: float, form: str) -> str:
    return form.format(value) if np.isfinite(value) else ""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m experiments.kinds.run")
    parser.add_argument("--panels", type=Path, required=True, help="folder of tidy .parquet")
    parser.add_argument("--case", action="append", help="only these")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    scores = given.out / "scores"
    scores.mkdir(parents=True, exist_ok=True)
    made = cases(given.panels, given.case or ())
    with threadpool_limits(1):
        for case in made:
            rows, peers = answers(case, given.workers)
            print(f"{case.name}: {len(rows)} answers, peers {peers:.0f} s of CPU", flush=True)
            table(rows).to_csv(scores / f"{case.name}.csv", index=False, float_format="%.5f")
    text = readable(pd.concat([pd.read_csv(one) for one in sorted(scores.glob("*.csv"))]))
    (given.out / "results.md").write_text(text, encoding="utf-8")
    files = {case.source: given.panels / f"{case.source}.parquet" for case in made}
    write_provenance(
        given.out,
        "python -m experiments.kinds.run --panels PANELS",
        *("numpy", "pandas", "scipy", "statsmodels", "statsforecast"),
        seed=SEED,
        data_sha256={name: file_hash(file) for name, file in files.items()},
    )
    print(text)


if __name__ == "__main__":
    main()
