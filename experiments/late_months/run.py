"""Does what siblings did in a month help a KPI whose figure of it is late?

    python -m experiments.late_months.run --panels FOLDER --gso FOLDER [--panel NAME ...]

Each panel is retrained like a plan family (16 of the series of `experiments.delivered.run`),
with the candidates that take little time: prior, pace and seasonal naive. In its last
three years every KPI is asked at every month as if its next month alone were late: all other
KPIs of the panel have it. Answered without the month, with it estimated from the siblings
(`models.disaggregation.late_month`), and with it known, by weights, calibration and surprises
of strictly earlier years. `experiments.late_months.nations` has the figures of their nation
beside those of provinces and states. Writes panels.csv, results.md and made_with.json.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from data.vintages.panel import Panel
from experiments.delivered.run import SAMPLE, SEED, family, sample
from experiments.late_months import nations
from experiments.provenance import file_hash, write_provenance
from models.annual import AnnualDistribution, annual_distribution
from models.candidates.base import Candidate
from models.disaggregation.late_month import (
    FEWEST,
    LEAST_GAIN,
    sibling_estimate,
    with_late_month,
)
from models.errors import CannotForecast, NoObservations
from models.pipeline import (
    Learned,
    calibrated,
    chosen_forecast,
    fit_candidates,
    horizon,
    simulate,
)
from models.scores import crps_from_samples
from models.series import Month, Series
from training.backtest.origins import YEARS_NEEDED, Origin, full_years, origins, truncate
from training.backtest.rolling_origin import learn, run_backtest, surprises_of
from training.backtest.year import Lesson, Setup
from training.prior.corpus import read_panel
from training.prior.editions import candidates_for
from training.workers import Workers

RESULTS = Path(__file__).parent / "results"
CHOSEN_ON = ("france_ipi_nace4",)
JUDGED_ON = (
    SAMPLE,
    "india_national",
    "za_industry_retail",
    "brazil_anp_fuel_states",
    "us_eia_electricity_states",
    nations.PROVINCES,
)
YEARS, SERIES = 3, 16  # the newest, asked; KPIs of a panel
WAYS = ("without", "siblings", "known")
DRAWS = 1000
N_PATHS = 300  # of a forecast
Row = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Light(Setup):
    """A retraining with the candidates that take little time; the prior weighs most anyway."""

    def of_year(self, year: int) -> Mapping[str, Candidate]:
        every = candidates_for(year)
        return {name: every[name] for name in ("pace", "prior", "seasonal_naive") if name in every}


@dataclass(frozen=True, eq=False)
class Asked:
    """A KPI and year, with what earlier years taught, and who may have the late month."""

    kpi: str
    year: int
    lesson: Lesson
    others: tuple[str, ...]
    surprises: Mapping[Month, float] = field(default_factory=dict)


def answers(setup: Setup, asked: Asked) -> list[Row]:
    """One row per months known and way of answering. A task for `Workers`."""
    outcome = setup.panel.outcome(asked.kpi, asked.year, setup.as_of)
    if outcome is None or not setup.panel.definition(asked.kpi).traits.adds_up:
        return []
    candidates, rows = setup.of_year(asked.year), list[Row]()
    learned: Learned | None = None
    every = {
        one.months_known: one for one in origins(setup.panel, asked.kpi, asked.year, setup.as_of)
    }
    for known, origin in every.items():
        series, after = origin.series, every.get(known + 1)
        full = len(full_years(series, asked.year)) >= YEARS_NEEDED
        if after is None or not full or not (series.values[-12:] >= 0).all():
            continue
        if learned is None:
            parameters, failures = fit_candidates(series, candidates)
            learned = asked.lesson.with_fits(parameters, failures)
        forecaster = Forecaster(setup, learned, candidates, asked.year)
        try:
            without, forecast = forecaster.delivered(series)
        except CannotForecast:
            continue
        base = float(np.median(without.base))
        figure = float(after.series.values[-1])
        said = sibling_estimate(
            asked.surprises, after.series.cutoff, siblings(setup, asked, after)
        )
        if said is None or not (base > 0 and forecast > 0 and figure > 0):
            continue
        error = float(np.log(figure / forecast))
        place = {"kpi": asked.kpi, "year": asked.year, "months_known": known}
        place |= {"gain": said.gain, "cases": said.cases, "spread": said.spread}
        place |= {"error": error, "error_said": error - said.shift}
        estimated, _ = forecaster.delivered(with_late_month(series, forecast, said))
        printed, _ = forecaster.delivered(after.series)
        follow = float(np.median(without.months[:, 1:].sum(axis=1)))
        came = float(np.median(printed.rest))
        place["followed"] = float(np.log(came / follow)) if came > 0 and follow > 0 else 0.0
        for way, annual in (("without", without), ("siblings", estimated), ("known", printed)):
            low, high = annual.interval(0.8)
            rows.append(
                place
                | {
                    "way": way,
                    "annual_error": abs(annual.median - outcome) / base,
                    "crps": crps_from_samples(outcome, annual.samples) / base,
                    "in_80": float(low <= outcome <= high),
                }
            )
    return rows


@dataclass(frozen=True, eq=False)
class Forecaster:
    """The delivered year of a KPI, and its forecast of the first month ahead."""

    setup: Setup
    learned: Learned
    candidates: Mapping[str, Candidate]
    year: int

    def delivered(self, series: Series) -> tuple[AnnualDistribution, float]:
        ahead, seed, n_paths = horizon(series, self.year), f"{series.cutoff}", self.setup.n_paths
        drawn = simulate(series, self.learned.parameters, ahead, n_paths, seed, self.candidates)
        method, paths = chosen_forecast(series, drawn, self.learned, self.year, n_paths, seed)
        annual = annual_distribution(series, paths, year=self.year, revision=self.learned.revision)
        first = float(np.median(paths[:, 0])) if ahead else float("nan")
        return calibrated(method, annual, self.learned), first


def siblings(setup: Setup, asked: Asked, after: Origin) -> dict[str, Series]:
    """The others as known when the late month was published, up to that month."""
    month, found = after.series.cutoff, {}
    for kpi in asked.others:
        day = setup.as_of if after.reconstructed else after.series.as_of
        series = None if kpi == asked.kpi else _as_of(setup, kpi, day)
        if series is not None and series.cutoff >= month:
            found[kpi] = truncate(series, month)
    return found


@cache
def _as_of(setup: Setup, kpi: str, day: date) -> Series | None:
    panel, slug = setup.panel.located(kpi)
    try:
        return panel.series_as_of(slug, day)
    except NoObservations:
        return None


def loaded(name: str, panels: Path, gso: Path) -> tuple[Panel, date]:
    """A panel by its name, and the day from which it is looked at."""
    if name in (SAMPLE, nations.PROVINCES):
        return sample() if name == SAMPLE else nations.provinces(gso)
    return family(name, panels)


def panel_answers(name: str, panels: Path, gso: Path, workers: int) -> pd.DataFrame:
    """All rows of a panel, one case for each group that has the month."""
    panel, day = loaded(name, panels, gso)
    drawn = np.random.default_rng(SEED).permutation(sorted(panel.kpis()))[:SERIES].tolist()
    kpis = sorted(kpi for kpi in drawn if not panel.definition(kpi).parts)
    panel = replace(panel, definitions={one: panel.definition(one) for one in kpis})
    if name in nations.STATES:
        panel = nations.with_nation(panel, day, read_panel(panels / f"{name}.parquet"))
    setup, found = Light(panel, day, n_paths=N_PATHS), []
    with Workers[Setup](setup, workers) as pool:
        results = run_backtest(pool, setup, kpis).results
        newest = max(one.year for one in results)
        tasks: list[Asked] = []
        for year in range(newest - YEARS + 1, newest + 1):
            earlier = [one for one in results if one.year < year]
            lessons = learn(earlier, kpis)
            surprises = surprises_of(earlier, setup.panel, day)
            tasks += [
                Asked(kpi, year, lessons[kpi], (), surprises.get(kpi, {}))
                for kpi in kpis
                if any(one.kpi == kpi and one.year == year and one.rows for one in results)
            ]
        for case, others in nations.candidates(name, panel).items():
            asked = [replace(one, others=others) for one in tasks]
            rows = [row for answered in pool.run(answers, asked) for row in answered]
            found.append(pd.DataFrame(rows).assign(panel=case))
    return pd.concat(found)


def table(rows: pd.DataFrame) -> pd.DataFrame:
    """By panel, over months in which the past let the siblings in, and over all."""
    lines = []
    for name, panel in rows.groupby("panel", sort=False):
        helps = (panel["gain"] >= LEAST_GAIN) & (panel["cases"] >= FEWEST)
        for which, own in (("let in", panel[helps]), ("all", panel)):
            if own.empty:
                continue
            line: Row = {"panel": name, "months": which, "n": len(own) // len(WAYS)}
            line["share"] = len(own) / len(panel)
            once = own[own["way"] == "siblings"]
            line["month_error"] = once["error"].abs().mean()
            line["month_error_said"] = once["error_said"].abs().mean()
            reach = 1.2816 * once["spread"]
            moved, error = (
                np.clip(once[one].to_numpy(float), -0.7, 0.7) for one in ("followed", "error")
            )
            line["carried"] = float(moved @ error) / float(error @ error)
            line["month_in_80"] = float((once["error_said"].abs() <= reach).mean())
            for score in ("annual_error", "crps"):
                means = own.groupby("way")[score].mean()
                line[score] = means["without"]
                for way in ("siblings", "known"):
                    ratio, low, high = resampled(own, score, way)
                    line |= {f"{score}_{way}": ratio}
                    line |= {f"{score}_{way}_low": low, f"{score}_{way}_high": high}
            for way in WAYS:
                line[f"in_80_{way}"] = own.loc[own["way"] == way, "in_80"].mean()
            lines.append(line)
    return pd.DataFrame(lines)


def resampled(own: pd.DataFrame, score: str, way: str) -> tuple[float, float, float]:
    """Mean score ÷ that without the month; 95 % interval with KPIs and years drawn again."""
    sums = own.groupby(["way", "kpi", "year"])[score].sum()
    a, b = (sums[one].unstack().fillna(0.0).to_numpy() for one in (way, "without"))
    rng, drawn = np.random.default_rng(SEED), []
    for _ in range(DRAWS):
        chosen = np.ix_(*(rng.integers(0, n, n) for n in a.shape))
        drawn.append(a[chosen].sum() / max(float(b[chosen].sum()), 1e-12))
    low, high = np.quantile(drawn, [0.025, 0.975])
    return float(a.sum() / b.sum()), float(low), float(high)


def readable(summary: pd.DataFrame) -> str:
    """Markdown."""
    lines = [
        "| Panel | Months | n | Error of the month, own | with siblings | in its 80 % "
        "| Annual error ÷ without, siblings | month known | CRPS ÷ without, siblings | 95 % "
        "| month known | In 80 %, without | siblings |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for one in summary.to_dict("records"):
        mark = " *" if one["panel"] in CHOSEN_ON else ""
        lines.append(
            f"| {one['panel']}{mark} | {one['months']} | {one['n']} | {one['month_error']:.2%} "
            f"| {one['month_error_said']:.2%} | {one['month_in_80']:.0%} "
            f"| {one['annual_error_siblings']:.3f} | {one['annual_error_known']:.3f} "
            f"| {one['crps_siblings']:.3f} "
            f"| {one['crps_siblings_low']:.3f} to {one['crps_siblings_high']:.3f} "
            f"| {one['crps_known']:.3f} | {one['in_80_without']:.0%} "
            f"| {one['in_80_siblings']:.0%} |"
        )
    return "\n".join([*lines, "", "\\* looked at while choosing.", ""])


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m experiments.late_months.run")
    parser.add_argument("--panels", type=Path, required=True, help="folder of tidy .parquet")
    parser.add_argument("--gso", type=Path, required=True, help="folder of the workbooks")
    parser.add_argument("--panel", action="append", help="only these")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    names = given.panel or [*CHOSEN_ON, *JUDGED_ON]
    found = []
    for name in names:
        found.append(panel_answers(name, given.panels, given.gso, given.workers))
        print(name, len(found[-1]), flush=True)
        summary = table(pd.concat(found))
        summary.to_csv(given.out / "panels.csv", index=False, float_format="%.5f")
    text = readable(summary)
    (given.out / "results.md").write_text(text, encoding="utf-8")
    files = {name: given.panels / f"{name}.parquet" for name in names if name != SAMPLE}
    if nations.PROVINCES in files:
        files[nations.PROVINCES] = given.gso / nations.FILE
    hashes = {name: file_hash(one) for name, one in files.items()}
    command = "python -m experiments.late_months.run --panels PANELS --gso GSO"
    packages = ("numpy", "scipy", "pandas", "statsmodels")
    write_provenance(given.out, command, *packages, seed=SEED, data_sha256=hashes)
    print(text)


if __name__ == "__main__":
    main()
