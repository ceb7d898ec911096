"""Train the annual prior on public monthly panels and write it as one file of arrays.

    python -m training.prior.pretrain --panels FOLDER [--panel FILE ...] [--through YYYY-MM]
        [--exclude-panel NAME ...] [--exclude-series ID ...] [--seed N] --out FILE.npz

Months after `--through` are ignored. The stretch factors that calibrate the intervals
come from networks trained without the panel that they are evaluated on, so that
near-duplicates within a panel are never on both sides.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import sklearn
from numpy.typing import NDArray

from models.prior.annual import (
    FORMAT_VERSION,
    LEVELS,
    MEDIAN,
    AnnualPrior,
    fingerprints,
    standardised,
)
from models.prior.features import Features, compute
from models.series import Month
from training.prior.boosting import BoostingRecipe, grow_trees
from training.prior.corpus import History, corpus_hash, draw_windows, mirrored, read_panel, up_to
from training.prior.quantile_network import Recipe, train_network

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

WINDOWS_PER_PANEL = 10_000
N_NETWORKS = 3
N_FOLDS = 3
MIRRORED = 0.3
_LARGEST = 8.0  # targets are clipped here, in units of the usual error
_LARGEST_WEIGHT = 10.0
_STRETCH = (0.7, 1.8)


@dataclass(frozen=True, eq=False)
class TrainingSet:
    """A panel's windows: features, targets (outcome − base) and weights."""

    features: Features
    targets: Floats
    weights: Floats


def pretrain(
    panels: dict[str, tuple[History, ...]],
    *,
    through: Month | None = None,
    seed: int = 1,
    windows_per_panel: int = WINDOWS_PER_PANEL,
    n_networks: int = N_NETWORKS,
    n_folds: int = N_FOLDS,
    recipe: Recipe | None = None,
    boosting: BoostingRecipe | None = None,
) -> AnnualPrior:
    """Train the annual prior.

    Parameters
    ----------
    panels : series by panel name; at least two panels, so that one can be held out
    through : last month used; None for all
    """
    recipe, boosting = recipe or Recipe(), boosting or BoostingRecipe()
    if through is not None:
        panels = {name: up_to(panel, through) for name, panel in panels.items()}
    real: dict[str, TrainingSet] = {}
    extra: dict[str, TrainingSet] = {}
    for name in sorted(panels):
        rng = np.random.default_rng([seed, *name.encode()])
        windows = draw_windows(panels[name], windows_per_panel, rng)
        if len(windows.known) == 0:
            continue
        real[name] = _training_set(windows.months, windows.known, windows.outcome, 1.0)
        inverted = mirrored(windows, rng, MIRRORED)
        if len(inverted.known):
            extra[name] = _training_set(
                inverted.months, inverted.known, inverted.outcome, 0.5 * MIRRORED
            )
    if len(real) < 2:
        raise ValueError(f"expected at least two panels with usable years, found {sorted(real)}")
    names = next(iter(real.values())).features.names
    centre, spread, missing = _standards([real[name].features.values for name in real])

    def train(chosen: Sequence[str], first_seed: int, count: int, with_trees: bool) -> AnnualPrior:
        sets = [part[name] for part in (real, extra) for name in chosen if name in part]
        inputs = np.concatenate(
            [standardised(one.features.values, centre, spread, missing) for one in sets]
        )
        targets = np.concatenate([one.targets for one in sets]).astype(np.float32)
        weights = np.concatenate([one.weights for one in sets])
        weights = np.minimum(weights / weights.mean(), _LARGEST_WEIGHT).astype(np.float32)
        networks = tuple(
            train_network(inputs, targets, weights, recipe, first_seed + i) for i in range(count)
        )
        trees = None
        if with_trees:
            values = np.concatenate([one.features.values for one in sets])
            trees = grow_trees(values, targets, weights, boosting, first_seed)
        plain = np.ones((12, len(LEVELS)))
        nothing = np.empty(0, dtype=np.uint32)
        return AnnualPrior(
            networks, trees, centre, spread, missing, plain, nothing, {"features": list(names)}
        )

    held_out_quantiles: dict[str, Floats] = {}
    ordered_names = sorted(real, key=lambda name: (len(real[name].targets), name))
    for fold in range(min(n_folds, len(real))):
        held_out = ordered_names[fold::n_folds]
        others = [name for name in real if name not in held_out]
        if not others:
            continue
        trained = train(others, 1000 * seed + 100 * (fold + 1), 1, False)
        for name in held_out:
            held_out_quantiles[name] = trained.unstretched(real[name].features)
    stretch = _stretch(real, held_out_quantiles)
    final = train(list(real), 1000 * seed, n_networks, True)
    seen = np.unique(
        np.concatenate(
            [fingerprints(one.values, one.start.month) for name in real for one in panels[name]]
        )
    )
    last = max(one.start.ordinal + len(one.values) - 1 for name in real for one in panels[name])
    about = {
        "format_version": FORMAT_VERSION,
        "script": "training.prior.pretrain",
        "seed": seed,
        "corpus_hash": corpus_hash({name: panels[name] for name in real}),
        "panels": {name: len(panels[name]) for name in sorted(real)},
        "windows": {name: len(one.targets) for name, one in sorted(real.items())},
        "through": str(through or Month.from_ordinal(last)),
        "versions": {
            "numpy": np.__version__,
            "pandas": pd.__version__,
            "scikit-learn": sklearn.__version__,
            "python": sys.version.split()[0],
        },
        "features": list(names),
        "levels": list(LEVELS),
        "networks": n_networks,
        "layers": len(recipe.hidden) + 1,
        "recipe": asdict(recipe),
        "boosting": asdict(boosting),
    }
    learned = AnnualPrior(
        final.networks, final.trees, centre, spread, missing, stretch, seen, about
    )
    return AnnualPrior.from_arrays(learned.to_arrays())


def _training_set(
    months: Floats, known: NDArray[np.int64], outcome: Floats, share: float
) -> TrainingSet:
    """Features, targets in units of the usual error, and weights of a panel.

    A panel's weight is the square root of its number of windows. Within it the pinball
    loss is weighted by the square root of the usual error, half-way between equal
    weights of series and equal weights of units of annual error.
    """
    features = compute(months, known)
    targets = np.clip((outcome - features.base) / features.scale, -_LARGEST, _LARGEST)
    weights = np.sqrt(features.scale)
    weights = share * weights / weights.mean() / np.sqrt(len(weights))
    return TrainingSet(features, targets, weights)


def _standards(values: Sequence[Singles]) -> tuple[Singles, Singles, NDArray[np.bool_]]:
    """Median and spread of each feature, and whether it is ever missing."""
    sample = np.concatenate([panel[:6000] for panel in values])
    absent = np.isnan(sample)
    centre = np.nanmedian(sample, axis=0)
    low, high = np.nanpercentile(sample, [10, 90], axis=0)
    spread = np.maximum((high - low) / 2.56, 1e-3)
    return centre.astype(np.float32), spread.astype(np.float32), absent.mean(axis=0) > 0.01


def _stretch(sets: dict[str, TrainingSet], predicted: dict[str, Floats]) -> Floats:
    """Factors around the median that calibrate each level on held-out panels.

    For the level 0.9 and a number of months known, the factor is the 0.9 quantile of
    (outcome − median) / (predicted 0.9 quantile − median), with equal weight for every
    panel and neighbouring months pooled.
    """
    known, scores, weights = [], [], []
    for name, quantiles in predicted.items():
        held_out = sets[name]
        middle = quantiles[:, MEDIAN : MEDIAN + 1]
        gap = np.abs(quantiles - middle)
        gap[:, MEDIAN] = 1.0
        scores.append((held_out.targets[:, None] - middle) / np.maximum(gap, 1e-6))
        column = held_out.features.names.index("known")
        known.append(held_out.features.values[:, column].astype(int))
        weights.append(np.full(len(gap), 1.0 / len(gap)))
    months, score, weight = np.concatenate(known), np.concatenate(scores), np.concatenate(weights)
    factors = np.ones((12, len(LEVELS)))
    for at in range(12):
        near = np.abs(months - at) <= 1
        for i, level in enumerate(LEVELS):
            if i != MEDIAN:
                quantile = _weighted_quantile(score[near, i], weight[near], level)
                factors[at, i] = np.clip(quantile if level > 0.5 else -quantile, *_STRETCH)
    return factors


def _weighted_quantile(values: Floats, weights: Floats, level: float) -> float:
    order = np.argsort(values, kind="stable")
    reached = np.cumsum(weights[order]) / weights.sum()
    return float(values[order[min(int(np.searchsorted(reached, level)), len(values) - 1)]])


def _read(args: argparse.Namespace) -> dict[str, tuple[History, ...]]:
    files = [*(sorted(args.panels.glob("*.parquet")) if args.panels else ()), *args.panel]
    dropped = set(args.exclude_series)
    panels = {}
    for file in files:
        if file.stem in args.exclude_panel:
            continue
        panels[file.stem] = tuple(one for one in read_panel(file) if one.series_id not in dropped)
    return panels


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m training.prior.pretrain", description=__doc__)
    parser.add_argument("--panels", type=Path, help="folder of tidy .parquet panels")
    parser.add_argument("--panel", type=Path, action="append", default=[], help="a further panel")
    parser.add_argument("--through", type=Month.parse, help="last month used")
    parser.add_argument("--exclude-panel", action="append", default=[], metavar="NAME")
    parser.add_argument("--exclude-series", action="append", default=[], metavar="ID")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--networks", type=int, default=N_NETWORKS)
    parser.add_argument("--windows", type=int, default=WINDOWS_PER_PANEL, help="per panel")
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args(argv)
    prior = pretrain(
        _read(args),
        through=args.through,
        seed=args.seed,
        windows_per_panel=args.windows,
        n_networks=args.networks,
    )
    args.out.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(args.out, allow_pickle=False, **prior.to_arrays())
    print(f"{args.out}: {args.out.stat().st_size / 1e6:.2f} MB, {prior.about['panels']}")


if __name__ == "__main__":
    main()
