"""Does reconciling totals and parts make both better?

    python -m experiments.reconciliation.run --panels FOLDER [--workers 2] [--panel NAME ...]

Seven public hierarchies (`hierarchies.py`). Totals are the exact sums of their parts, and are
forecast on their own like any other series. As in a retraining, weights, calibration and past
errors of a year are those of the years before it. The newest years are answered with 3, 6 and 9
months known, before and after reconciliation, on the same paths: in three levels, and where
cells have two properties also with two breakdowns of the whole at a time, without the cells.
`CHOSEN_ON` chose the method, `JUDGED_ON` judge it. Writes results.csv (every answer before, and
as the program gives it), summary.csv (choosing.csv and judging.csv: geometric means over their
panels), by_year.csv and made_with.json.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from data.plans.kpi import Kpi
from data.vintages.observation import Observation
from data.vintages.panel import Panel
from experiments.provenance import file_hash, write_provenance
from experiments.reconciliation.alternatives import (
    all_in_one_order,
    by_leaves,
    by_level,
    covariance,
    in_order_of_past_errors,
    unordered,
    variances_together,
)
from experiments.reconciliation.hierarchies import (
    CHOSEN_ON,
    JUDGED_ON,
    PANELS,
    SEED,
    TOTAL,
    Hierarchy,
    hierarchy,
)
from models.annual import AnnualDistribution
from models.coherence import OriginKey, sum_of_parts
from models.pipeline import Known, fit_candidates, year_ahead
from models.reconciliation.family import Sums, in_order_of_parts, reconcile, spreads_of
from models.reconciliation.middles import middles
from models.reconciliation.relations import Relations
from models.scores import annual_error, crps_from_samples
from models.series import Month
from training.backtest.origins import origins
from training.backtest.rolling_origin import learn, run_backtest
from training.backtest.year import Lesson, Setup
from training.workers import Workers

RESULTS = Path(__file__).parent / "results"
LESSONS, HISTORY = 4, 3  # years learned from before those asked, years before those
CUTS, N_PATHS = (3, 6, 9), 1000
BEFORE, SHIPPED = "before", "variances"
LEVELS = ("bottom_up", SHIPPED, "together", "correlations", "level", "leaves", "unordered", "past")
GROUPED = (SHIPPED, "unordered", "one_order")
Rows = list[dict[str, Any]]


class Question(NamedTuple):
    """A year of a whole hierarchy, at a number of months known."""

    of: Hierarchy
    year: int
    cut: int
    lessons: Mapping[str, Lesson]

    @property
    def seed(self) -> str:
        return f"{self.year} {self.cut} {SEED}"


class Answer(NamedTuple):
    """A series of it: its own forecast, its past errors, the outcome and last year's."""

    annual: AnnualDistribution
    known: Known
    outcome: float
    base: float


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m experiments.reconciliation.run")
    parser.add_argument("--panels", type=Path, required=True, help="folder of tidy .parquet")
    parser.add_argument("--panel", action="append", choices=PANELS, help="only these")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    names = given.panel or list(PANELS)
    rows: Rows = []
    for name in names:
        own = hierarchy(name, given.panels)
        print(name, own.wide.shape[1], "series", flush=True)
        rows += answers(name, own, given.workers)
    found = pd.DataFrame(rows)
    shipped = found[found["method"].isin((BEFORE, SHIPPED))]
    shipped.to_csv(given.out / "results.csv", index=False, float_format="%.4g")
    table = summary(found, ["panel", "form", "level"])
    table.to_csv(given.out / "summary.csv", index=False, float_format="%.4f")
    print(table.to_string(index=False))
    years = summary(shipped, ["panel", "form", "level", "year"])
    years.to_csv(given.out / "by_year.csv", index=False, float_format="%.4f")
    for which, panels in (("choosing", CHOSEN_ON), ("judging", JUDGED_ON)):
        means = over_panels(table[table["panel"].isin(panels)])
        means.to_csv(given.out / f"{which}.csv", index=False, float_format="%.4f")
    files = {PANELS[name]: given.panels / f"{PANELS[name]}.parquet" for name in names}
    hashes = {one: file_hash(file) for one, file in files.items()}
    packages = ("numpy", "scipy", "pandas", "statsmodels")
    command = "python -m experiments.reconciliation.run --panels PANELS"
    write_provenance(given.out, command, *packages, seed=SEED, data_sha256=hashes)


def answers(name: str, own: Hierarchy, workers: int) -> Rows:
    """Scores of all questions about a hierarchy."""
    last = max(year for year in range(1990, 2030) if f"{year}-12" in own.wide.index)
    asked = range(last - own.asked + 1, last + 1)
    wide = own.wide.loc[f"{asked.start - LESSONS - HISTORY}-01" : f"{last}-12"]
    slugs = sorted(str(column) for column in wide.columns)
    panel = Panel.of(name, [Kpi(one, one, one, "units") for one in slugs], _figures(wide))
    setup = Setup(panel, date(last + 1, 1, 31))
    with Workers(setup, workers) as pool:
        results = run_backtest(pool, setup, slugs).results
        lessons = {
            year: learn([one for one in results if one.year < year], slugs) for year in asked
        }
        questions = [Question(own, year, cut, lessons[year]) for year in asked for cut in CUTS]
        found = pool.run(_scores, questions)
    return [row for rows in found for row in rows]


def _figures(wide: pd.DataFrame) -> Iterator[Observation]:
    """Published by quarters, so that only 0, 3, 6 and 9 months known are origins."""
    for slug in (str(column) for column in wide.columns):
        for text, value in wide[slug].items():
            month = Month.parse(str(text))
            day = Month(month.year, (month.month + 2) // 3 * 3).last_day
            yield Observation(slug, month, "month", float(value), "final", day, "panel")


def _scores(setup: Setup, asked: Question) -> Rows:
    """One row per KPI, form and method; a task for `Workers`."""
    own = _own(setup, asked)
    of, place = asked.of, {"year": asked.year, "cut": asked.cut}
    found: Rows = []
    forms: dict[str, tuple[Relations, tuple[str, ...]]] = {"levels": (of.levels, LEVELS)}
    if of.across:
        forms["two breakdowns"] = (of.grouped, GROUPED)
    for form, (relations, methods) in forms.items():
        tied = relations.related(TOTAL)
        mine = {slug: own[slug] for slug in tied if slug in own}
        for method in (BEFORE, *methods):
            for row in _answered(mine, relations, method, asked.seed):
                level = _level(of, str(row["kpi"]))
                found.append(
                    {"panel": setup.panel.family, "form": form, "level": level} | place | row
                )
    return found


def _own(setup: Setup, asked: Question) -> dict[str, Answer]:
    """Every series' own forecast, in the family's joint order."""
    panel, year = setup.panel, asked.year
    candidates = setup.of_year(year)
    found: dict[str, Answer] = {}
    for slug in panel.kpis():
        outcome = panel.outcome(slug, year, setup.as_of)
        for origin in origins(panel, slug, year, setup.as_of):
            if origin.months_known != asked.cut or outcome is None:
                continue
            fits = fit_candidates(origin.series, candidates)
            known = Known(origin.series, asked.lessons[slug].with_fits(*fits))
            annual = year_ahead(known, year, N_PATHS, asked.seed, candidates).annual
            if annual is not None:
                base = float(np.median(annual.base))
                found[slug] = Answer(annual, known, outcome, base)
    return found


def _answered(own: Mapping[str, Answer], relations: Relations, method: str, seed: str) -> Rows:
    """Scores of a method; 'before' is every series alone."""
    years = {slug: one.annual for slug, one in own.items()}
    sums = Sums(tuple(own), {}, relations)
    errors = {slug: one.known.learned.errors for slug, one in own.items()}
    weights = _weights(method, years, sums, list(errors.values()))
    if method == "bottom_up":
        for total in sorted(relations.printed, key=TOTAL.__eq__):
            (parts,) = relations.printed[total]
            years[total] = sum_of_parts(own[total].known.series, [years[part] for part in parts])
    elif method == "unordered":
        years = unordered(years, sums)
    elif method == "one_order":
        years = all_in_one_order(years, sums)
    elif method == "past":
        family, _, _ = own[TOTAL].known.series.key.rpartition("/")
        years = reconcile(in_order_of_past_errors(years, errors, family, seed), sums)
    elif method != BEFORE:
        years = reconcile(years, sums, weights)
    adds_up = method not in (BEFORE, "bottom_up")
    shown = middles(years, sums, dict.fromkeys(own, 6), weights) if adds_up else {}
    rows = []
    for slug, found in years.items():
        one = own[slug]
        if one.base <= 0:
            continue
        middle = shown[slug].median if slug in shown else found.median
        low, high = found.interval(0.8)
        rows.append(
            {
                "kpi": slug,
                "method": method,
                "annual_error": float(annual_error(middle, one.outcome, one.base)),
                "crps": crps_from_samples(one.outcome, found.samples) / one.base,
                "inside_80": float(low <= one.outcome <= high),
                "width_80": (high - low) / one.base,
            }
        )
    return rows


def _weights(
    method: str,
    years: Mapping[str, AnnualDistribution],
    sums: Sums,
    errors: Sequence[Mapping[OriginKey, float]],
) -> np.ndarray | None:
    """Covariance of the errors; None for the variances of the calibrated years."""
    own = [years[name] for name in sums.names]
    if method == "correlations":
        return covariance(spreads_of(own), errors)
    if method == "together":
        ordered = in_order_of_parts(years, sums)
        return variances_together([ordered[name] for name in sums.names], sums)
    if method == "level":
        return by_level(own)
    return by_leaves(sums) if method == "leaves" else None


def _level(of: Hierarchy, slug: str) -> str:
    if slug == TOTAL:
        return "total"
    return "across" if slug in of.across else "group" if slug in of.groups else "part"


def summary(rows: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """Means by method, and error and CRPS relative to before."""
    scores = ["annual_error", "crps", "inside_80", "width_80"]
    mean = rows.groupby([*by, "method"], sort=False)[scores].mean().reset_index()
    mean["n"] = rows.groupby([*by, "method"], sort=False).size().to_numpy()
    first = mean[mean["method"] == BEFORE].set_index(by)
    place = pd.MultiIndex.from_frame(mean[by])
    for score in ("annual_error", "crps"):
        mean[f"{score}_ratio"] = mean[score].to_numpy() / first.loc[place, score].to_numpy()
    return mean


def over_panels(table: pd.DataFrame) -> pd.DataFrame:
    """Geometric means of the ratios over panels, with the worst of each."""
    found = table[table["method"] != BEFORE]
    return (
        found.groupby(["form", "level", "method"], sort=False)
        .agg(
            panels=("panel", "size"),
            annual_error_ratio=("annual_error_ratio", _geometric),
            crps_ratio=("crps_ratio", _geometric),
            worst_crps_ratio=("crps_ratio", "max"),
            inside_80=("inside_80", "mean"),
        )
        .reset_index()
    )


def _geometric(ratios: pd.Series) -> float:
    return float(np.exp(np.log(ratios).mean()))


if __name__ == "__main__":
    main()
