"""Are the 80 % intervals of closings too narrow, or those of the twelve series of `run.py`?

    python -m experiments.kinds.levels --panels FOLDER [--workers 2]

The outcome of a closing is December's level. Twelve series at a time of the one panel of
levels among those that may train, and of other panels, whose months are taken for levels, are
answered as in `run.py`. Writes scores.csv, results.md and made_with.json into results/levels.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pandas as pd
from threadpoolctl import threadpool_limits

from experiments.kinds.cases import SEED, SERIES, closing_of
from experiments.kinds.run import RESULTS, delivered
from experiments.provenance import file_hash, write_provenance
from training.backtest.year import Setup

LEVELS, GROUPS = "us_employment", 11
OTHERS = (
    "belgium_imports",
    "brazil_anp_fuel_states",
    "tourism",
    "uk_exports",
    "us_energy_transport",
    "us_retail_census",
    "za_industry_retail",
)


def readable(table: pd.DataFrame) -> str:
    """Markdown: coverage by set of series, then of the levels by year."""
    lines = [
        "| Series | Answers | Error | CRPS | Inside 80 % | 95 % |",
        "|" + " --- |" * 6,
    ]
    levels = table[table["panel"] == LEVELS]
    rows = [(f"{panel} {int(group)}", own) for (panel, group), own in _sets(table)]
    rows += [
        (f"**{LEVELS}, all**", levels),
        ("**other panels**", table[table["panel"] != LEVELS]),
    ]
    rows += [(f"{LEVELS}, {year}", own) for year, own in levels.groupby("year")]
    for name, own in rows:
        means = own[["annual_error", "crps", "coverage_80", "coverage_95"]].mean()
        cells = [name, str(len(own)), f"{means['annual_error']:.2%}", f"{means['crps']:.2%}"]
        cells += [f"{means['coverage_80']:.0%}", f"{means['coverage_95']:.0%}"]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join([*lines, ""])


def _sets(table: pd.DataFrame) -> list[tuple[tuple[str, int], pd.DataFrame]]:
    grouped = table.groupby(["panel", "group"], sort=False)
    return [((str(panel), int(str(group))), own) for (panel, group), own in grouped]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m experiments.kinds.levels")
    parser.add_argument("--panels", type=Path, required=True, help="folder of tidy .parquet")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=RESULTS / "levels")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    sets = [(LEVELS, group) for group in range(GROUPS)] + [(panel, 0) for panel in OTHERS]
    found = []
    with threadpool_limits(1):
        for panel, group in sets:
            case = closing_of(panel, given.panels, SERIES * group)
            rows = delivered(case, Setup(case.panel, case.day), given.workers)
            found.append(rows.assign(panel=panel, group=group))
            print(f"{panel} {group}: {rows['coverage_80'].mean():.2f}", flush=True)
    table = pd.concat(found)
    names = ["annual_error", "crps", "brier", "coverage_80", "coverage_95"]
    by_year = table.groupby(["panel", "group", "year"], sort=False)[names].mean().reset_index()
    by_year.to_csv(given.out / "scores.csv", index=False, float_format="%.5f")
    (given.out / "results.md").write_text(readable(table), encoding="utf-8")
    files = {panel: given.panels / f"{panel}.parquet" for panel in (LEVELS, *OTHERS)}
    write_provenance(
        given.out,
        "python -m experiments.kinds.levels --panels PANELS",
        *("numpy", "pandas", "scipy", "statsmodels"),
        seed=SEED,
        data_sha256={name: file_hash(file) for name, file in files.items()},
    )
    print(readable(table))


if __name__ == "__main__":
    main()
