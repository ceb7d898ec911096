"""What does each candidate add, on panels that the prior never saw?

    python -m experiments.panels_left_out.run --panels FOLDER [--priors FOLDER]

Panels of the training side (`experiments.holdout`) are left out whole, a fifth of them at a
time; a prior learns from the others and answers, with the ensemble, questions about the six
newest years of each panel left out: at most 100 (series, year) pairs, drawn evenly, with 3, 6
and 9 months known. Choices about features, networks, candidates and weights are to be made
here: not on one panel, not on one year, not on panels kept for judging. The same questions
are answered without each candidate, with those that are not in the default, and by the prior
alone.
Writes candidates.csv, results.md and made_with.json.
"""

from __future__ import annotations

import argparse
import json
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from experiments.annual_benchmark.instances import Instance, questions
from experiments.annual_benchmark.ours import DEFAULT, Candidates
from experiments.annual_benchmark.scoring import from_grid, row, scored
from experiments.candidate_ablation.run import sets
from experiments.holdout.sides import TRAINING, kept
from models.candidates import EXTRA, REGISTRY
from models.prior.annual import AnnualPrior
from training.prior.corpus import History, corpus_hash
from training.prior.editions import read_prior
from training.prior.pretrain import pretrain
from training.retrain import commit
from training.workers import Workers

RESULTS = Path(__file__).parent / "results"
FOLDS, YEARS, PAIRS, SEED = 5, 6, 100, 1


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m experiments.panels_left_out.run")
    parser.add_argument("--panels", type=Path, required=True, help="folder of tidy .parquet")
    parser.add_argument("--priors", type=Path, help="folder that keeps the priors of a run")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    files = sorted(file for file in given.panels.glob("*.parquet") if file.stem in TRAINING)
    panels = {file.stem: kept(file.stem, file) for file in files}
    names = sorted(panels)
    priors: dict[str, AnnualPrior] = {}
    with threadpool_limits(1):
        for fold in range(FOLDS):
            left_out = names[fold::FOLDS]
            priors |= dict.fromkeys(left_out, _prior(panels, left_out, given.priors))
    with Workers((panels, priors), given.workers) as pool:
        by_set = pd.concat(pool.run(_scores, names, print))
    given.out.mkdir(parents=True, exist_ok=True)
    by_set.to_csv(given.out / "candidates.csv", index=False, float_format="%.6g")
    readable = _added(by_set)
    (given.out / "results.md").write_text(readable, encoding="utf-8")
    about = {
        "command": "python -m experiments.panels_left_out.run --panels PANELS",
        "corpus_hash": corpus_hash(panels),
        "folds": {fold: sorted(panels)[fold::FOLDS] for fold in range(FOLDS)},
        "seed": SEED,
        "commit": commit(),
        "python": platform.python_version(),
        **{one: version(one) for one in ("numpy", "scikit-learn")},
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
) -> pd.DataFrame:
    """One row per set of candidates; a task for `Workers`."""
    panel, prior = shared[0][name], shared[1][name]
    asked, forecasts = _drawn(panel), Candidates(prior, REGISTRY)
    ours = {
        label: [
            row(label, one.instance, from_grid(one.quantiles, one.instance), 0.0, False)
            for one in forecasts.answers(panel, asked, names)
        ]
        for label, names in sets(DEFAULT.union(EXTRA))
    }
    by_set = scored(pd.DataFrame([one for rows in ours.values() for one in rows]))
    by_set = by_set.groupby("method", sort=False)[["annual_error", "crps"]].mean().reset_index()
    by_set.insert(0, "panel", name)
    added = by_set["method"].str.extract(r"^with(?:out)? (\w+)$")[0]
    by_set["cpu_ms_each"] = 1000 * added.map(forecasts.seconds) / forecasts.n_forecast
    return by_set


def _drawn(panel: Sequence[History]) -> list[Instance]:
    """Instances of at most `PAIRS` (series, year) pairs of the panel's newest years."""
    every = questions(panel, years="all").instances
    newest = max(one.year for one in every)
    recent = [one for one in every if one.year > newest - YEARS]
    pairs = sorted({(one.series_id, one.year) for one in recent})
    rng = np.random.default_rng(SEED)
    kept = {pairs[i] for i in rng.permutation(len(pairs))[:PAIRS]}
    return [one for one in recent if (one.series_id, one.year) in kept]


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
