"""Does reconciling totals and parts make both better?

    python -m experiments.reconciliation.run --panels FOLDER [--workers 2]

Three public panels with three levels each: retail sales by state and branch, electricity sales
by state and sector, arrivals by region and country. Totals are the exact sums of their parts,
and are forecast on their own like any other series. As in a retraining, weights, calibration and
past errors of a year are those of the years before it. The four newest years are answered with
3, 6 and 9 months known, before and after reconciliation, on the same paths. The method is
chosen on the first two of them (choosing.csv) and judged on the last two (judging.csv). Writes
results.csv, summary.csv and made_with.json, too.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from data.plans.kpi import Kpi
from data.vintages.observation import Observation
from data.vintages.panel import Panel
from experiments.provenance import write_provenance
from experiments.reconciliation.correlations import covariance, variances_together
from models.annual import AnnualDistribution
from models.coherence import sum_of_parts
from models.pipeline import Known, fit_candidates, year_ahead
from models.reconciliation.family import Sums, in_order_of_parts, reconcile, spreads_of
from models.reconciliation.middles import middles
from models.scores import annual_error, crps_from_samples
from models.series import Month
from training.backtest.origins import origins
from training.backtest.rolling_origin import Lesson, Setup, learn, run_backtest
from training.workers import Workers

RESULTS = Path(__file__).parent / "results"
ASKED, LESSONS, HISTORY = 4, 4, 3  # years asked, years learned from before, years before those
CUTS, N_PATHS, SEED = (3, 6, 9), 1000, 1
BRANCHES, STATES, COUNTRIES = 6, 10, 4  # of a state, of the electricity panel, of a region
SECTORS = ("COMMERCIAL", "INDUSTRIAL", "RESIDENTIAL")
PANELS = ("aus_retail", "us_eia_electricity_states", "us_arrivals_by_country")
METHODS = ("before", "bottom_up", "variances", "together", "correlations")
CHOOSING = 2  # of the years asked, the first ones choose the method, the others judge it


class Question(NamedTuple):
    """A year of a whole hierarchy, at a number of months known."""

    year: int
    cut: int
    lessons: Mapping[str, Lesson]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m experiments.reconciliation.run")
    parser.add_argument("--panels", type=Path, required=True, help="folder of tidy .parquet")
    parser.add_argument("--workers", type=int, default=2)
    given = parser.parse_args()
    RESULTS.mkdir(exist_ok=True)
    rows: list[dict[str, Any]] = []
    for name, (wide, parts) in hierarchies(given.panels).items():
        print(name, wide.shape[1], "series", flush=True)
        rows += answers(name, wide, parts, given.workers)
        print(summary(pd.DataFrame(rows)).to_string(index=False), flush=True)
    found = pd.DataFrame(rows)
    found.to_csv(RESULTS / "results.csv", index=False, float_format="%.5g")
    summary(found).to_csv(RESULTS / "summary.csv", index=False, float_format="%.4f")
    for name, rows_of in split(found).items():
        summary(rows_of).to_csv(RESULTS / f"{name}.csv", index=False, float_format="%.4f")
    packages = ("numpy", "scipy", "pandas", "statsmodels")
    command = "python -m experiments.reconciliation.run --panels PANELS"
    hashes = {
        name: hashlib.sha256((given.panels / f"{name}.parquet").read_bytes()).hexdigest()
        for name in PANELS
    }
    write_provenance(RESULTS, command, *packages, seed=SEED, data_sha256=hashes)


def hierarchies(folder: Path) -> dict[str, tuple[pd.DataFrame, dict[str, tuple[str, ...]]]]:
    """By panel: months × series, totals included, and the parts of every total."""
    rng = np.random.default_rng(SEED)
    retail, power, arrivals = (_long(folder, name) for name in PANELS)
    states = sorted({one.split("|")[0] for one in power["series_id"]})
    drawn = sorted(rng.choice(states, STATES, replace=False))
    sectors = [f"{state}|{sector}|Sales" for state in drawn for sector in SECTORS]
    power = power[power["series_id"].isin(sectors)]
    arrivals = arrivals[~arrivals["category"].str.contains("TOTAL")]
    return {
        "retail": _largest(retail, retail["category"], BRANCHES, others=False),
        "electricity": _largest(power, power["series_id"].str[:2], STATES, others=False),
        "arrivals": _largest(arrivals, arrivals["category"].str[21:], COUNTRIES, others=True),
    }


def _long(folder: Path, name: str) -> pd.DataFrame:
    frame = pd.read_parquet(folder / f"{name}.parquet")
    return frame.astype({"series_id": str, "category": str})


def _largest(
    long: pd.DataFrame, group: pd.Series, kept: int, *, others: bool
) -> tuple[pd.DataFrame, dict[str, tuple[str, ...]]]:
    """The largest series of each group, with the rest of it as a part or left out."""
    wide = long.pivot(index="month", columns="series_id", values="value").sort_index()
    groups = dict(zip(long["series_id"], group, strict=True))
    columns: dict[str, pd.Series] = {}
    parts: dict[str, tuple[str, ...]] = {}
    means = wide.mean().to_dict()
    for name in sorted(set(groups.values())):
        members = [one for one in groups if groups[one] == name and wide[one].notna().all()]
        ranked = sorted(members, key=lambda one: -means[one])
        own = {f"{name}/{one}": wide[one] for one in ranked[:kept]}
        if others and len(ranked) > kept:
            own[f"{name}/others"] = wide[ranked[kept:]].sum(axis=1)
        if len(own) < 2:
            continue
        columns |= own
        columns[name] = pd.DataFrame(own).sum(axis=1)
        parts[name] = tuple(own)
    columns["all"] = pd.DataFrame({name: columns[name] for name in parts}).sum(axis=1)
    parts["all"] = tuple(parts)
    return pd.DataFrame(columns), parts


def answers(
    name: str, wide: pd.DataFrame, parts: Mapping[str, tuple[str, ...]], workers: int
) -> list[dict[str, Any]]:
    """Scores of all questions about a hierarchy."""
    last = max(year for year in range(1990, 2030) if f"{year}-12" in wide.index)
    first = last - ASKED + 1 - LESSONS - HISTORY
    wide = wide.loc[f"{first}-01" : f"{last}-12"]
    slugs = sorted(str(column) for column in wide.columns)
    kpis = [Kpi(one, one, one, "units", printed_parts=parts.get(one, ())) for one in slugs]
    panel = Panel.of(name, kpis, _figures(wide))
    setup = Setup(panel, date(last + 1, 1, 31))
    with Workers(setup, workers) as pool:
        results = run_backtest(pool, setup, slugs).results
        asked = [
            Question(year, cut, learn([one for one in results if one.year < year], slugs))
            for year in range(last - ASKED + 1, last + 1)
            for cut in CUTS
        ]
        found = pool.run(_scores, asked)
    return [row for rows in found for row in rows]


def _figures(wide: pd.DataFrame) -> Iterator[Observation]:
    """Published by quarters, so that only 0, 3, 6 and 9 months known are origins."""
    for slug in (str(column) for column in wide.columns):
        for text, value in wide[slug].items():
            month = Month.parse(str(text))
            day = Month(month.year, (month.month + 2) // 3 * 3).last_day
            yield Observation(slug, month, "month", float(value), "final", day, "panel")


def _scores(setup: Setup, asked: Question) -> list[dict[str, Any]]:
    """One row per KPI and method; a task for `Workers`."""
    panel, year = setup.panel, asked.year
    candidates = setup.of_year(year)
    own: dict[str, AnnualDistribution] = {}
    known: dict[str, Known] = {}
    for slug in panel.kpis():
        for origin in origins(panel, slug, year, setup.as_of):
            if origin.months_known == asked.cut:
                fits = fit_candidates(origin.series, candidates)
                known[slug] = Known(origin.series, asked.lessons[slug].with_fits(*fits))
    for slug, one in known.items():
        seed = f"{year} {asked.cut} {SEED}"
        found = year_ahead(one, year, N_PATHS, seed, candidates).annual
        if found is not None:
            own[slug] = found
    relations = panel.relations
    sums = Sums(tuple(own), {}, relations)
    digits = dict.fromkeys(own, 6)
    spreads = spreads_of([own[name] for name in sums.names])
    errors = [known[name].learned.errors for name in sums.names]
    rows = []
    for method in METHODS:
        years: dict[str, AnnualDistribution] = dict(own)
        weights = None
        if method == "correlations":
            weights = covariance(spreads, errors)
        elif method == "together":
            ordered = in_order_of_parts(own, sums)
            weights = variances_together([ordered[name] for name in sums.names], sums)
        elif method == "variances":
            weights = np.diag(spreads**2)
        if method == "bottom_up":
            for total in sorted(relations.printed, key="all".__eq__):
                members = [years[part] for part in relations.printed[total]]
                years[total] = sum_of_parts(known[total].series, members)
        elif method != "before":
            years = reconcile(own, sums, weights)
        shown = middles(years, sums, digits, weights)
        for slug, found in years.items():
            outcome = panel.outcome(slug, year, setup.as_of)
            base = float(np.median(found.base))
            if outcome is None or base <= 0:
                continue
            adds_up = method in ("variances", "together", "correlations")
            middle = shown[slug].median if adds_up else found.median
            low, high = found.interval(0.8)
            level = "total" if slug == "all" else "group" if slug in relations.printed else "part"
            rows.append(
                {
                    "panel": panel.family,
                    "level": level,
                    "kpi": slug,
                    "year": year,
                    "cut": asked.cut,
                    "method": method,
                    "annual_error": float(annual_error(middle, outcome, base)),
                    "crps": crps_from_samples(outcome, found.samples) / base,
                    "inside_80": float(low <= outcome <= high),
                    "width_80": (high - low) / base,
                }
            )
    return rows


def split(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The rows of the years that choose the method, and of those that judge it."""
    first = rows.groupby("panel")["year"].transform("min")
    choosing = rows["year"] < first + CHOOSING
    return {"choosing": rows[choosing], "judging": rows[~choosing]}


def summary(rows: pd.DataFrame) -> pd.DataFrame:
    """Means per panel, level and method, and error and CRPS relative to before."""
    scores = ["annual_error", "crps", "inside_80", "width_80"]
    mean = rows.groupby(["panel", "level", "method"], sort=False)[scores].mean().reset_index()
    mean["n"] = rows.groupby(["panel", "level", "method"], sort=False).size().to_numpy()
    first = mean[mean["method"] == "before"].set_index(["panel", "level"])
    place = pd.MultiIndex.from_frame(mean[["panel", "level"]])
    for score in ("annual_error", "crps"):
        mean[f"{score}_ratio"] = mean[score].to_numpy() / first.loc[place, score].to_numpy()
    return mean


if __name__ == "__main__":
    main()
