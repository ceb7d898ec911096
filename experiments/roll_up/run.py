"""Coverage of a total over families: the sum of the parts' paths in one joint order.

    python -m experiments.roll_up.run --panels FOLDER [--workers 2]

Retail sales of the states of Australia: each state is a plan family of its own, projected as
the program projects it, and the national total is their sum, as `vedich roll-up` adds it up
(`models.coherence.sum_over_families`). Beside it two other orders of the same paths:
independent of each other, and all states high together. Weights, calibration and past errors
of a year come from the four years before it. Writes results.csv, summary.csv, made_with.json.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from data.plans.kpi import Kpi
from data.vintages.observation import Observation
from data.vintages.panel import Panel
from experiments.provenance import file_hash, write_provenance
from models.coherence import Member, sum_over_families
from models.pipeline import Known, fit_candidates, year_ahead
from models.scores import crps_from_samples
from models.series import Month
from training.backtest.origins import origins
from training.backtest.rolling_origin import learn, run_backtest
from training.backtest.year import Lesson, Setup
from training.workers import Workers

RESULTS = Path(__file__).parent / "results"
PANEL = "aus_retail"
LESSONS, HISTORY = 4, 3  # years learned from before the first asked, years before those
CUTS, N_PATHS, SEED = (3, 6, 9), 1000, 1


class Question(NamedTuple):
    """A year of all states, at a number of months known."""

    year: int
    cut: int
    lessons: Mapping[str, Lesson]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m experiments.roll_up.run")
    parser.add_argument("--panels", type=Path, required=True, help="folder of tidy .parquet")
    parser.add_argument("--years", type=int, default=12, help="newest years asked")
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    file = given.panels / f"{PANEL}.parquet"
    found = pd.DataFrame(answers(states(file), given.years, given.workers))
    RESULTS.mkdir(exist_ok=True)
    found.to_csv(RESULTS / "results.csv", index=False, float_format="%.5g")
    summary(found).to_csv(RESULTS / "summary.csv", index=False, float_format="%.4f")
    print(summary(found).to_string(index=False))
    write_provenance(
        RESULTS,
        f"python -m experiments.roll_up.run --panels PANELS --years {given.years}",
        *("numpy", "scipy", "pandas", "statsmodels"),
        seed=SEED,
        data_sha256={PANEL: file_hash(file)},
    )


def states(file: Path) -> pd.DataFrame:
    """Months × states: sums of the branches that have a figure in every month."""
    long = pd.read_parquet(file).astype({"series_id": str, "category": str})
    wide = long.pivot(index="month", columns="series_id", values="value").sort_index()
    state = dict(zip(long["series_id"], long["category"], strict=True))
    whole = wide.dropna(axis=1)
    return whole.T.groupby([state[str(one)] for one in whole.columns]).sum().T


def answers(wide: pd.DataFrame, years: int, workers: int) -> list[dict[str, Any]]:
    """One row per year, months known and series: states, and the total in three orders."""
    last = max(year for year in range(1990, 2030) if f"{year}-12" in wide.index)
    asked = range(last - years + 1, last + 1)
    wide = wide.loc[f"{asked[0] - LESSONS - HISTORY}-01" : f"{last}-12"]
    slugs = sorted(str(column) for column in wide.columns)
    panel = Panel.of(PANEL, [Kpi(one, one, one, "units") for one in slugs], _figures(wide))
    setup = Setup(panel, date(last + 1, 1, 31))
    with Workers(setup, workers) as pool:
        results = run_backtest(pool, setup, slugs).results
        questions = []
        for year in asked:
            before = [one for one in results if year - LESSONS <= one.year < year]
            lessons = learn(before, slugs)
            questions += [Question(year, cut, lessons) for cut in CUTS]
        found = pool.run(_scores, questions)
    return [row for rows in found for row in rows]


def _figures(wide: pd.DataFrame) -> Iterator[Observation]:
    """Published by quarters, so that only 0, 3, 6 and 9 months known are origins."""
    for slug in (str(column) for column in wide.columns):
        for text, value in wide[slug].items():
            month = Month.parse(str(text))
            day = Month(month.year, (month.month + 2) // 3 * 3).last_day
            yield Observation(slug, month, "month", float(value), "final", day, "panel")


def _scores(setup: Setup, asked: Question) -> list[dict[str, Any]]:
    """A task for `Workers`."""
    panel, candidates = setup.panel, setup.of_year(asked.year)
    members: list[Member] = []
    outcomes: list[float] = []
    bases: list[float] = []
    rows: list[dict[str, Any]] = []
    for slug in panel.kpis():
        for origin in origins(panel, slug, asked.year, setup.as_of):
            if origin.months_known != asked.cut:
                continue
            learned = asked.lessons[slug].with_fits(*fit_candidates(origin.series, candidates))
            known = Known(origin.series, learned)
            seed = f"{asked.year} {asked.cut} {SEED}"
            annual = year_ahead(known, asked.year, N_PATHS, seed, candidates).annual
            outcome = panel.outcome(slug, asked.year, setup.as_of)
            if annual is None or outcome is None:
                raise SystemExit(f"{slug}, {asked.year}, {asked.cut} months: no answer")
            members.append(Member(f"{slug}/retail", annual, learned.errors))
            outcomes.append(outcome)
            bases.append(float(np.median(annual.base)))
            rows.append(_row(asked, "state", slug, annual.samples, outcome, bases[-1]))
    samples = [one.annual.samples for one in members]
    rng = np.random.default_rng(SEED)
    totals = {
        "joint order": sum_over_families("total", str((asked.year, asked.cut)), members),
        "independent": np.sum([rng.permutation(one) for one in samples], axis=0),
        "all high together": np.sum([np.sort(one) for one in samples], axis=0),
    }
    for order, total in totals.items():
        rows.append(_row(asked, "total", order, total, sum(outcomes), sum(bases)))
    return rows


def _row(
    asked: Question, level: str, name: str, samples: Any, outcome: float, base: float
) -> dict[str, Any]:
    """Scores of a year; errors, CRPS and widths as fractions of last year's total."""
    row: dict[str, Any] = {"level": level, "name": name, "year": asked.year, "cut": asked.cut}
    row["annual_error"] = abs(float(np.median(samples)) - outcome) / base
    row["crps"] = crps_from_samples(outcome, samples) / base
    for level_of in (80, 95):
        low, high = np.quantile(samples, [(100 - level_of) / 200, (100 + level_of) / 200])
        row[f"inside_{level_of}"] = float(low <= outcome <= high)
        row[f"width_{level_of}"] = float(high - low) / base
    return row


def summary(rows: pd.DataFrame) -> pd.DataFrame:
    """Means of the states together, and of the total in each order."""
    kind = rows["name"].where(rows["level"] == "total", "states")
    scores = [name for name in rows.columns if name not in ("level", "name", "year", "cut")]
    groups = rows.assign(what=kind).groupby("what", sort=False)
    mean = groups[scores].mean().reset_index()
    mean.insert(1, "n", groups.size().to_numpy())
    return mean


if __name__ == "__main__":
    main()
