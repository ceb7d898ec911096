"""How far do the changes of a small count reach back that tell its dispersion?

    python -m experiments.kinds.occasional --panels FOLDER

Whole-number series are forecast wherever they are occasional (`models.candidates.occasional`)
with 0, 3, 6 and 9 months of a year known, for several values of its constant `CHANGES`; with 1
no change is seen, and months are Poisson, as they were before. Small counts have a mean of at
most `SMALL` a month; the first half of them chose, with the larger ones, which a window must
not cost anything. Writes scores.csv, results.md and made_with.json into results/occasional.
"""

from __future__ import annotations

import argparse
from datetime import date
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pandas as pd

from experiments.kinds.run import RESULTS
from experiments.provenance import file_hash, write_provenance
from models.candidates import occasional
from models.scores import crps_from_samples
from models.series import FigureStatus, Series
from training.backtest.rolling_origin import GROWTH_TARGETS
from training.prior.corpus import History, read_panel

PANELS = ("aus_pbs", "tourism")
WINDOWS = (1, 12, 18, 24, 36)
CUTS, YEARS, SMALL, PATHS = (0, 3, 6, 9), 5, 20.0, 1000


def used_to(panel: str, place: int, one: History) -> str:
    """The set that a series belongs to; of the first panel every second series is a cost."""
    if panel != PANELS[0]:
        return f"confirm, {panel}"
    if one.values.mean() > SMALL:
        return "choose, larger"
    return ("choose", "confirm")[place // 2 % 2]


def scores(one: History, place: int) -> list[dict[str, Any]]:
    """One row per year, months known and window in which a series is occasional."""
    rows: list[dict[str, Any]] = []
    final: FigureStatus = "final"
    values = one.values
    january = -(one.start.month - 1) % 12 + 12 * YEARS
    for first in range(january, len(values) - 11, 12):
        base, outcome = values[first - 12 : first].sum(), values[first : first + 12].sum()
        for cut in CUTS:
            end = first + cut
            series = Series(
                key=one.series_id,
                kind="count",
                unit="",
                start=one.start,
                values=values[:end],
                status=(final,) * end,
                as_of=date(2030, 1, 1),
            )
            if base <= 0 or not occasional.serves(series):
                continue
            goals = base * (1 + np.array(GROWTH_TARGETS) / 100)
            for window in WINDOWS:
                rng = np.random.default_rng((place, end))
                with mock.patch.object(occasional, "CHANGES", window):
                    paths = occasional.occasional_paths(series, 12 - cut, PATHS, rng)
                drawn = values[first:end].sum() + paths.sum(axis=1)
                low, q10, middle, q90, high = np.quantile(drawn, [0.025, 0.1, 0.5, 0.9, 0.975])
                chance = (drawn[:, None] >= goals).mean(axis=0)
                rows.append(
                    {
                        "window": window,
                        "series": one.series_id,
                        "annual_error": abs(middle - outcome) / base,
                        "crps": crps_from_samples(outcome, drawn) / base,
                        "brier": float(np.mean((chance - (outcome >= goals)) ** 2)),
                        "coverage_80": float(q10 <= outcome <= q90),
                        "coverage_95": float(low <= outcome <= high),
                    }
                )
    return rows


def readable(table: pd.DataFrame) -> str:
    """Markdown: a row per set and window."""
    lines = [
        "| Series used to | Window | Series | Answers | Error | CRPS, mean | median | Brier "
        "| Inside 80 % | 95 % |",
        "|" + " --- |" * 10,
    ]
    for one in table.to_dict("records"):
        window = "Poisson" if one["window"] == 1 else f"{one['window']} months"
        cells = [str(one["used"]), window, str(one["series"]), str(one["n"])]
        cells += [f"{one[name]:.3f}" for name in ("annual_error", "crps", "crps_median", "brier")]
        cells += [f"{one[name]:.0%}" for name in ("coverage_80", "coverage_95")]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join([*lines, ""])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m experiments.kinds.occasional")
    parser.add_argument("--panels", type=Path, required=True, help="folder of tidy .parquet")
    parser.add_argument("--out", type=Path, default=RESULTS / "occasional")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    files = {name: given.panels / f"{name}.parquet" for name in PANELS}
    rows = []
    for panel, file in files.items():
        for place, one in enumerate(read_panel(file)):
            whole = np.isfinite(one.values).all() and (one.values % 1 == 0).all()
            if whole and (one.values >= 0).all():
                used = used_to(panel, place, one)
                rows += [{"used": used} | row for row in scores(one, place)]
    grouped = pd.DataFrame(rows).groupby(["used", "window"], sort=False)
    table = grouped.agg(
        series=("series", "nunique"),
        n=("crps", "size"),
        crps_median=("crps", "median"),
        **{
            name: (name, "mean")
            for name in ("annual_error", "crps", "brier", "coverage_80", "coverage_95")
        },
    ).reset_index()
    table = table.sort_values(["used", "window"])
    table.to_csv(given.out / "scores.csv", index=False, float_format="%.5f")
    (given.out / "results.md").write_text(readable(table), encoding="utf-8")
    write_provenance(
        given.out,
        "python -m experiments.kinds.occasional --panels PANELS",
        *("numpy", "pandas", "scipy"),
        data_sha256={name: file_hash(file) for name, file in files.items()},
    )
    print(readable(table))


if __name__ == "__main__":
    main()
