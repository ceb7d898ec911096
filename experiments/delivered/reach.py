"""How far may past errors of sharp forecasts widen a vague one?

    python -m experiments.delivered.reach --panels FOLDER [--workers 2] [--panel NAME ...]

The limit `models.calibration.REACH` was set on a single series that went to zero. Here every
origin of the backtests of whole panels is calibrated without a limit and with several, from the
same forecast and the same past errors. `FIRST_HALF` chooses, `SECOND_HALF` judges; none of them
had been looked at for this question. Writes limits.csv (a row per panel and limit),
touched.csv (every answer that differs between limits) and made_with.json.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pandas as pd

from experiments.delivered.run import SEED, Recorded, Recorder, Row, family, scores
from experiments.provenance import file_hash, write_provenance
from models import calibration
from models.annual import AnnualDistribution
from models.calibration import calibrate
from models.pipeline import OCCASIONAL, Learned, calibrated
from training.backtest import rolling_origin
from training.backtest.rolling_origin import backtest_year, run_backtest
from training.backtest.year import Setup, YearTask

RESULTS = Path(__file__).parent / "results" / "reach"
FIRST_HALF = (
    "argentina_datosgobar",
    "india_aviation",
    "norway_oil_gas_fields",
    "world_car_registrations",
)
SECOND_HALF = (
    "latin_america_cepal",
    "us_arrivals_by_country",
    "uruguay_econuy",
    "za_industry_retail",
)
WITHOUT = np.inf
LIMITS = (WITHOUT, 2.0, 1.0, 0.5)
KEYS = ["panel", "kpi", "year", "months_known"]


def year_by_limits(setup: Setup, task: YearTask) -> Recorded:
    """`backtest_year`, which also answers with each limit. A task for `Workers`."""
    rows: list[Row] = []
    outcome = setup.panel.outcome(task.kpi, task.year, setup.as_of)

    def answered(method: str, annual: AnnualDistribution, learned: Learned) -> AnnualDistribution:
        if outcome is not None and method != OCCASIONAL and not annual.over:
            base = float(np.median(annual.base))
            for limit in LIMITS:
                with patch.object(calibration, "REACH", limit):
                    found = calibrate(annual, learned.calibration)
                    low, high = found.interval(0.8)
                    row = scores(annual, learned, outcome) | {"width_80": (high - low) / base}
                rows.append({"limit": limit, **row})
        return calibrated(method, annual, learned)

    with patch.object(rolling_origin, "calibrated", answered):
        found = backtest_year(setup, task)
    place = {"kpi": task.kpi, "year": task.year}
    shapes = tuple(place | row for row in rows) if found.rows else ()
    return Recorded(**vars(found), shapes=shapes)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m experiments.delivered.reach")
    parser.add_argument("--panels", type=Path, required=True, help="folder of tidy .parquet")
    parser.add_argument("--panel", action="append", help="only these")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    names = given.panel or [*FIRST_HALF, *SECOND_HALF]
    found = []
    for name in names:
        panel, day = family(name, given.panels)
        with Recorder(Setup(panel, day), given.workers, year_by_limits) as pool:
            run_backtest(pool, Setup(panel, day), sorted(panel.kpis()))
            rows = pd.DataFrame(pool.rows)
        found.append(rows[rows["tested"]].assign(panel=name))
        print(name, len(rows) // len(LIMITS), flush=True)
    every = pd.concat(found)
    touched = every[differs(every)]
    touched = touched.drop(columns=["tested", "brier", "chance", "met"])
    touched.to_csv(given.out / "touched.csv", index=False, float_format="%.5g")
    table = summary(every)
    table.to_csv(given.out / "limits.csv", index=False, float_format="%.5g")
    print(table.to_string(index=False))
    hashes = {name: file_hash(given.panels / f"{name}.parquet") for name in names}
    command = "python -m experiments.delivered.reach --panels PANELS"
    packages = ("numpy", "scipy", "pandas", "statsmodels")
    write_provenance(given.out, command, *packages, seed=SEED, data_sha256=hashes)


def differs(rows: pd.DataFrame) -> pd.Series:
    """Whether an answer is not the same with all limits."""
    widths = rows.groupby(KEYS)["width_80"]
    return widths.transform("max") > widths.transform("min") * (1 + 1e-9)


def summary(rows: pd.DataFrame) -> pd.DataFrame:
    """Per panel, half and limit: CRPS relative to no limit, coverage; all answers and touched."""
    half = rows["panel"].isin(FIRST_HALF).map({True: "chooses", False: "judges"})
    rows = rows.assign(half=half, touched=differs(rows), inside_80=rows["place"].between(0.1, 0.9))
    found = []
    for by in ("panel", "half"):
        for name, group in rows.groupby(by, sort=False):
            before = group[group["limit"] == WITHOUT]
            for limit, own in group.groupby("limit", sort=False):
                mine = own[own["touched"]]
                plain = before[before["touched"]]
                each = own.groupby("panel")["crps"].mean() / before.groupby("panel")["crps"].mean()
                found.append(
                    {
                        "of": name,
                        "limit": limit,
                        "n": len(own),
                        "touched": len(mine),
                        "crps_ratio": float(np.exp(np.log(each).mean())),
                        "inside_80": own["inside_80"].mean(),
                        "touched_crps_ratio": mine["crps"].mean() / plain["crps"].mean(),
                        "touched_inside_80": mine["inside_80"].mean(),
                        "touched_width_80": mine["width_80"].median(),
                    }
                )
    return pd.DataFrame(found)


if __name__ == "__main__":
    main()
