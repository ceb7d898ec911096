"""The priors of the hold-out: trained on the training side alone.

    python -m experiments.holdout.priors --panels FOLDER --gso FILE --out FOLDER
        [--side training|all] [--without PANEL ...] [--through YYYY-MM ...]

With `--side all` the same recipe trains the shipped editions, the figures of Viet Nam only in
an edition later than their last month: a plan's backtest uses editions that saw none of its
series.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from experiments.holdout.sides import JUDGING, TRAINING, file_of, kept
from models.series import Month
from training.prior.corpus import History
from training.prior.pretrain import pretrain

THROUGH = ("2015-12", "2019-12")
WINDOWS = 3_000  # per panel: the total of thirty panels is that of nine with 10,000


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m experiments.holdout.priors")
    parser.add_argument("--panels", type=Path, required=True)
    parser.add_argument("--gso", type=Path, required=True)
    parser.add_argument("--side", choices=("training", "all"), default="training")
    parser.add_argument("--without", nargs="*", default=(), help="panels kept out")
    parser.add_argument("--through", type=Month.parse, nargs="*")
    parser.add_argument("--windows", type=int, default=WINDOWS)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    names = {*TRAINING} if given.side == "training" else {*TRAINING, *JUDGING}
    panels = {
        name: kept(name, file_of(name, given.panels, given.gso))
        for name in sorted(names.difference(given.without))
    }
    given.out.mkdir(parents=True, exist_ok=True)
    for through in given.through or [Month.parse(text) for text in THROUGH]:
        used = seen_by(through, panels, given.gso.stem)
        begin = time.process_time()
        with threadpool_limits(1):
            prior = pretrain(used, through=through, windows_per_panel=given.windows)
        file = given.out / f"{through}.npz"
        np.savez_compressed(file, allow_pickle=False, **prior.to_arrays())
        print(f"{file.name}: {time.process_time() - begin:.0f} s of CPU", flush=True)


def seen_by(
    through: Month, panels: Mapping[str, Sequence[History]], home: str
) -> dict[str, tuple[History, ...]]:
    """The panels of an edition: the home country's only once all its months are over."""
    ends = [one.start.ordinal + len(one.values) - 1 for one in panels.get(home, ())]
    over = all(end <= through.ordinal for end in ends)
    return {name: tuple(panel) for name, panel in panels.items() if name != home or over}


if __name__ == "__main__":
    main()
