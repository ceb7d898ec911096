"""What does Theta on quarters add where quarters alone were published?

    python -m experiments.kinds.quarters --panels FOLDER [--workers 2]

Twelve series of a panel, published as quarters alone, are answered with and without the
candidate `quarterly_theta`, as in `run.py`. It was chosen on the panels of `CHOSEN`; those of
`CONFIRMED` were put to it after the choice. Writes scores.csv, results.md and made_with.json
into results/quarters.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from experiments.kinds.cases import SEED, SERIES, quarters_of
from experiments.kinds.run import OURS, RESULTS, answers, delivered, ratio_of
from experiments.provenance import file_hash, write_provenance
from models.candidates.base import Candidate
from models.candidates.quarterly_theta import QuarterlyTheta
from training.backtest.year import Setup

CHOSEN = (("aus_retail", 0), ("us_retail_census", 0), ("uk_exports", 0))  # panel, series skipped
CONFIRMED = (
    ("aus_retail", SERIES),
    ("belgium_imports", 0),
    ("brazil_epe_ibge_states", 0),
    ("tourism", 0),
    ("us_arrivals_by_country", 0),
    ("us_energy_transport", 0),
    ("za_industry_retail", 0),
)
BEST = "auto_ets"  # the best peer of the case 'quarters'


@dataclass(frozen=True, eq=False)
class Without(Setup):
    """The setup of a backtest without the candidate."""

    def of_year(self, year: int) -> Mapping[str, Candidate]:
        every = super().of_year(year)
        return {name: every[name] for name in every if name != QuarterlyTheta.name}


def compared(source: str, skip: int, folder: Path, workers: int) -> dict[str, Any]:
    """Scores of a panel's series with and without the candidate, and of the peer."""
    case = quarters_of(source, folder, skip)
    rows, _ = answers(case, workers)
    found: dict[str, Any] = {"panel": source, "skipped": skip}
    each = {
        "with": rows[rows["method"] == OURS],
        "without": delivered(case, Without(case.panel, case.day), workers),
        "peer": rows[rows["method"] == BEST],
    }
    for name in ("annual_error", "crps", "brier", "coverage_80", "coverage_95"):
        found |= {f"{name}_{which}": own[name].mean() for which, own in each.items()}
    for name in ("crps", "brier"):
        ratio = ratio_of(each["with"], each["without"], name)
        found |= dict(zip((f"{name}_ratio", f"{name}_low", f"{name}_high"), ratio, strict=True))
    return found


def readable(lines: pd.DataFrame) -> str:
    """Markdown: by panel, and the geometric mean of the panels."""
    text = [
        "| Panel | Used to | Error, without | with | CRPS, with ÷ without | 95 % | Brier, with ÷ "
        "without | Inside 80 %, without | with | CRPS ÷ AutoETS', without | with |",
        "|" + " --- |" * 11,
    ]
    for use, own in lines.groupby("use", sort=False):
        for one in own.to_dict("records"):
            further = ", further series" if one["skipped"] else ""
            cells: list[str] = [
                f"{one['panel']}{further}",
                str(use),
                f"{one['annual_error_without']:.2%}",
                f"{one['annual_error_with']:.2%}",
                f"{one['crps_ratio']:.2f}",
                f"{one['crps_low']:.2f} to {one['crps_high']:.2f}",
                f"{one['brier_ratio']:.2f}",
                f"{one['coverage_80_without']:.0%}",
                f"{one['coverage_80_with']:.0%}",
                f"{one['crps_without'] / one['crps_peer']:.2f}",
                f"{one['crps_with'] / one['crps_peer']:.2f}",
            ]
            text.append("| " + " | ".join(cells) + " |")
        cells = [
            f"**{len(own)} panels**",
            str(use),
            "",
            "",
            f"{_mean(own['crps_ratio']):.2f}",
            "",
            f"{_mean(own['brier_ratio']):.2f}",
            f"{own['coverage_80_without'].mean():.0%}",
            f"{own['coverage_80_with'].mean():.0%}",
            f"{_mean(own['crps_without'] / own['crps_peer']):.2f}",
            f"{_mean(own['crps_with'] / own['crps_peer']):.2f}",
        ]
        text.append("| " + " | ".join(cells) + " |")
    return "\n".join([*text, ""])


def _mean(ratios: pd.Series) -> float:
    return float(np.exp(np.log(ratios).mean()))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m experiments.kinds.quarters")
    parser.add_argument("--panels", type=Path, required=True, help="folder of tidy .parquet")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=RESULTS / "quarters")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    lines = []
    with threadpool_limits(1):
        for use, panels in (("choose", CHOSEN), ("confirm", CONFIRMED)):
            for source, skip in panels:
                lines.append({"use": use} | compared(source, skip, given.panels, given.workers))
                print(f"{source}, {lines[-1]['crps_ratio']:.3f}", flush=True)
    table = pd.DataFrame(lines)
    table.to_csv(given.out / "scores.csv", index=False, float_format="%.5f")
    (given.out / "results.md").write_text(readable(table), encoding="utf-8")
    files = {source: given.panels / f"{source}.parquet" for source in sorted(set(table["panel"]))}
    write_provenance(
        given.out,
        "python -m experiments.kinds.quarters --panels PANELS",
        *("numpy", "pandas", "scipy", "statsmodels", "statsforecast"),
        seed=SEED,
        data_sha256={name: file_hash(file) for name, file in files.items()},
    )
    print(readable(table))


if __name__ == "__main__":
    main()
