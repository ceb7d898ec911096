"""How does accuracy fall where only one, two or three years of history are known?

    python -m experiments.short_history.run

Every KPI of the sample plan `vietnam-2021` with at least five full years before,
at 3, 6 and 9 months known in 2018, 2019 and 2020, as known at the vintage; the
same with the history truncated to its last one, two and three full years.
Nothing is learned here (weights all alike, spread widened by rule), as for a new
KPI. The prior is the edition that saw nothing of the year. Writes results.csv
and made_with.json.
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from data.samples.files import read_sample
from data.vintages.panel import Panel
from models.pipeline import Learned, fit_candidates, project
from models.scores import annual_error, crps_from_samples
from models.series import Month, Series
from training.backtest.origins import full_years, origins
from training.backtest.year import Setup
from training.retrain import commit

RESULTS = Path(__file__).parent / "results"
SAMPLE, DAY = "vietnam-2021", date(2021, 6, 30)
ASKED, CUTS, LEAST = (2018, 2019, 2020), (3, 6, 9), 5
HISTORIES: tuple[int | None, ...] = (1, 2, 3, None)  # full years; None: all there is


def main() -> None:
    program = commit()
    plan, observations = read_sample(SAMPLE)
    panel = Panel.of(plan.family, plan.kpis, observations)
    rows = pd.DataFrame(list(answers(Setup(panel, DAY))))
    RESULTS.mkdir(exist_ok=True)
    table = summary(rows)
    table.to_csv(RESULTS / "results.csv", index=False, float_format="%.4f")
    content = "\n".join(sorted(map(repr, observations)))
    made_with = {
        "command": "python -m experiments.short_history.run",
        "data_sha256": hashlib.sha256(content.encode()).hexdigest(),
        "seed": "family, KPI and vintage (models.paths.generator)",
        "commit": program,
        "python": platform.python_version(),
        **{name: version(name) for name in ("numpy", "pandas", "statsforecast")},
    }
    (RESULTS / "made_with.json").write_text(json.dumps(made_with, indent=1) + "\n", "utf-8")
    print(table.to_string(index=False))


def answers(setup: Setup) -> Iterator[dict[str, Any]]:
    """One row per KPI, year, months known and length of history."""
    for kpi in setup.panel.kpis():
        for year in ASKED:
            outcome = setup.panel.outcome(kpi, year, DAY)
            if outcome is None:
                continue
            for origin in origins(setup.panel, kpi, year, DAY):
                enough = len(full_years(origin.series, year)) >= LEAST
                if origin.months_known not in CUTS or not enough:
                    continue
                for years in HISTORIES:
                    said = answer(setup, shortened(origin.series, year, years), year, outcome)
                    place = {"kpi": kpi, "year": year, "months_known": origin.months_known}
                    yield place | {"history": years or "all"} | said


def shortened(series: Series, year: int, years: int | None) -> Series:
    """The series from January of `years` years before `year`."""
    first = 0 if years is None else Month(year - years, 1).ordinal - series.start.ordinal
    return replace(
        series,
        start=series.start.plus(first),
        values=series.values[first:],
        status=series.status[first:],
        denominator=None if series.denominator is None else series.denominator[first:],
        doubt=None if series.doubt is None else series.doubt[first:],
    )


def answer(setup: Setup, series: Series, year: int, outcome: float) -> dict[str, Any]:
    """Scores of one answer, fractions of last year's total; NaN without one."""
    candidates = setup.of_year(year)
    learned = Learned(*fit_candidates(series, candidates))
    found = project(series, (), learned, year=year, candidates=candidates)
    if found.annual is None:
        nothing = ("annual_error", "crps", "inside_80", "width_80")
        return {"method": found.method, **dict.fromkeys(nothing, np.nan)}
    samples, base = found.annual.samples, float(np.median(found.annual.base))
    low, high = found.annual.interval(0.8)
    return {
        "method": found.fallback or found.method,
        "annual_error": float(annual_error(found.annual.median, outcome, base)),
        "crps": crps_from_samples(outcome, samples) / base,
        "inside_80": float(low <= outcome <= high),
        "width_80": (high - low) / base,
    }


def summary(rows: pd.DataFrame) -> pd.DataFrame:
    """Means per length of history and months known, on questions that all lengths answered."""
    places = ["kpi", "year", "months_known"]
    rows = rows.assign(history=rows["history"].astype(str))
    answered = rows.groupby(places)["annual_error"].transform(lambda one: one.notna().all())
    kept = rows[answered]
    parts = [kept, kept.assign(months_known="all")]
    means = [
        part.groupby(["history", "months_known"], sort=False)
        .agg(
            n=("kpi", "size"),
            methods=("method", lambda names: ", ".join(sorted(set(names)))),
            annual_error=("annual_error", "mean"),
            median_error=("annual_error", "median"),
            crps=("crps", "mean"),
            inside_80=("inside_80", "mean"),
            width_80=("width_80", "mean"),
        )
        .reset_index()
        for part in parts
    ]
    return pd.concat(means, ignore_index=True)


if __name__ == "__main__":
    main()
