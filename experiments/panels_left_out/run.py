"""How well does the forecast carry over to panels that it never saw?

    python -m experiments.panels_left_out.run --panels FOLDER [--panel FILE ...] [--priors FOLDER]

Panels are left out whole, a fifth of them at a time; a prior learns from the others
and answers, with the ensemble, questions about the six newest years of each panel
left out: at most 100 (series, year) pairs, drawn evenly, with 3, 6 and 9 months
known. Peers are the two fast ones of the benchmark, so that all panels can be run
on one machine in an hour. Choices about features, networks, candidates and weights
are to be judged here: not on one panel, not on one year. The same questions are
answered without each candidate, with those that are not in the default, and by the
prior alone. Writes results.csv, candidates.csv, results.md and made_with.json.
"""

from __future__ import annotations

import argparse
import json
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from experiments.annual_benchmark.instances import Instance, questions
from experiments.annual_benchmark.ours import DEFAULT, Candidates
from experiments.annual_benchmark.peers import peer_answers
from experiments.annual_benchmark.scoring import from_grid, from_samples, row, scored
from experiments.candidate_ablation.run import sets
from models.candidates import REGISTRY
from models.prior.annual import AnnualPrior
from training.prior.corpus import History, corpus_hash, read_panel
from training.prior.editions import read_prior
from training.prior.pretrain import pretrain
from training.retrain import commit
from training.workers import Workers

RESULTS = Path(__file__).parent / "results"
FOLDS, YEARS, PAIRS, SEED = 5, 6, 100, 1
PEERS = ("auto_ces", "dot")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m experiments.panels_left_out.run")
    parser.add_argument("--panels", type=Path, required=True, help="folder of tidy .parquet")
    parser.add_argument("--panel", type=Path, action="append", default=[], help="one more")
    parser.add_argument("--priors", type=Path, help="folder that keeps the priors of a run")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    files = sorted([*given.panels.glob("*.parquet"), *given.panel])
    panels = {file.stem: read_panel(file) for file in files}
    names = sorted(panels)
    priors: dict[str, AnnualPrior] = {}
    with threadpool_limits(1):
        for fold in range(FOLDS):
            left_out = names[fold::FOLDS]
            priors |= dict.fromkeys(left_out, _prior(panels, left_out, given.priors))
    with Workers((panels, priors), given.workers) as pool:
        scores = pool.run(_scores, names, print)
    given.out.mkdir(parents=True, exist_ok=True)
    found = pd.DataFrame([one for one, _ in scores])
    found.to_csv(given.out / "results.csv", index=False, float_format="%.6g")
    by_set = pd.concat([one for _, one in scores])
    by_set.to_csv(given.out / "candidates.csv", index=False, float_format="%.6g")
    readable = f"{_readable(found)}\n{_added(by_set)}"
    (given.out / "results.md").write_text(readable, encoding="utf-8")
    about = {
        "command": "python -m experiments.panels_left_out.run --panels PANELS --panel GSO",
        "corpus_hash": corpus_hash(panels),
        "folds": {fold: sorted(panels)[fold::FOLDS] for fold in range(FOLDS)},
        "seed": SEED,
        "commit": commit(),
        "python": platform.python_version(),
        **{one: version(one) for one in ("numpy", "scikit-learn", "statsforecast")},
    }
    (given.out / "made_with.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    print(readable)


def _prior(
    panels: Mapping[str, tuple[History, ...]], left_out: Sequence[str], kept: Path | None
) -> AnnualPrior:
    """Learned from the other panels; taken from the folder where an earlier run kept it."""
    file = kept / f"without_{'_'.join(left_out)}.npz" if kept else None
    if file and file.is_file():
        return read_prior(file)
    others = {name: panel for name, panel in panels.items() if name not in left_out}
    prior = pretrain(others, seed=SEED)
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(file, allow_pickle=False, **prior.to_arrays())
    return prior


def _scores(
    shared: tuple[Mapping[str, tuple[History, ...]], Mapping[str, AnnualPrior]], name: str
) -> tuple[dict[str, Any], pd.DataFrame]:
    """One row of the table, and one per set of candidates; a task for `Workers`."""
    panel, prior = shared[0][name], shared[1][name]
    asked, forecasts = _drawn(panel), Candidates(prior, REGISTRY)
    ours = {
        label: [
            row(label, one.instance, from_grid(one.quantiles, one.instance), 0.0, False)
            for one in forecasts.answers(panel, asked, names)
        ]
        for label, names in sets(DEFAULT.union(REGISTRY))
    }
    by_set = scored(pd.DataFrame([one for rows in ours.values() for one in rows]))
    by_set = by_set.groupby("method", sort=False)[["annual_error", "crps"]].mean().reset_index()
    by_set.insert(0, "panel", name)
    added = by_set["method"].str.extract(r"^with(?:out)? (\w+)$")[0]
    by_set["cpu_ms_each"] = 1000 * added.map(forecasts.seconds) / forecasts.n_forecast
    rows = ours["default"]
    for instance in asked:
        for method, answer in peer_answers(instance, PEERS).items():
            point = instance.to_date + float(answer.point.sum())
            given = from_samples(point, answer.samples, instance)
            rows.append(row(method, instance, given, answer.cpu_seconds, False, answer.failed))
    frame = scored(pd.DataFrame(rows))
    mean = frame.groupby("method")[["annual_error", "crps", "brier", "coverage_80"]].mean()
    best = mean.loc[list(PEERS)].min()
    return {
        "panel": name,
        "n": len(asked),
        "annual_error": mean.loc["default", "annual_error"],
        **{f"{peer}_error": mean.loc[peer, "annual_error"] for peer in PEERS},
        **{
            f"{score}_ratio": mean.loc["default", score] / best[score]
            for score in ("annual_error", "crps", "brier")
        },
        "coverage_80": mean.loc["default", "coverage_80"],
        "coverage_80_auto_ces": mean.loc["auto_ces", "coverage_80"],
    }, by_set


def _drawn(panel: Sequence[History]) -> list[Instance]:
    """Instances of at most `PAIRS` (series, year) pairs of the panel's newest years."""
    every = questions(panel, years="all").instances
    newest = max(one.year for one in every)
    recent = [one for one in every if one.year > newest - YEARS]
    pairs = sorted({(one.series_id, one.year) for one in recent})
    rng = np.random.default_rng(SEED)
    kept = {pairs[i] for i in rng.permutation(len(pairs))[:PAIRS]}
    return [one for one in recent if (one.series_id, one.year) in kept]


def _readable(table: pd.DataFrame) -> str:
    """Markdown: errors and coverage in per cent, ratios to the better of the two peers."""
    lines = [
        "| Panel left out | n | Error, ours | CES | DOT | Error ratio | CRPS ratio | Brier ratio "
        "| In 80 %, ours | CES |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for one in table.to_dict("records"):
        lines.append(
            f"| {one['panel']} | {one['n']} | {one['annual_error']:.2%} "
            f"| {one['auto_ces_error']:.2%} | {one['dot_error']:.2%} "
            f"| {one['annual_error_ratio']:.3f} | {one['crps_ratio']:.3f} "
            f"| {one['brier_ratio']:.3f} | {one['coverage_80']:.0%} "
            f"| {one['coverage_80_auto_ces']:.0%} |"
        )
    ratios = table[["annual_error_ratio", "crps_ratio", "brier_ratio"]]
    error, crps, brier = np.exp(np.log(ratios).mean())
    covered, by_ces = table["coverage_80"].mean(), table["coverage_80_auto_ces"].mean()
    lines.append(
        f"| geometric mean (coverage: mean) | {table['n'].sum()} | | | | {error:.3f} | {crps:.3f} "
        f"| {brier:.3f} | {covered:.0%} | {by_ces:.0%} |"
    )
    return "\n".join(lines) + "\n"


def _added(by_set: pd.DataFrame) -> str:
    """Markdown: what each set of candidates does to error and CRPS, per cent of the default's."""
    lines = [
        "| Candidates | Error ÷ the default's | least and most of a panel | CRPS ÷ the default's "
        "| CPU of the candidate |",
        "|---|---|---|---|---|",
    ]
    wide = by_set.set_index(["method", "panel"])
    for label in by_set["method"].unique():
        ratio = wide.loc[label] / wide.loc["default"]
        error, crps = np.exp(np.log(ratio[["annual_error", "crps"]]).mean())
        spent = wide.loc[label]["cpu_ms_each"].mean()
        cost = "" if np.isnan(spent) else f"{spent:.1f} ms"
        least, most = ratio["annual_error"].min(), ratio["annual_error"].max()
        lines.append(
            f"| {label} | {error:.4f} | {least:.3f} to {most:.3f} | {crps:.4f} | {cost} |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
