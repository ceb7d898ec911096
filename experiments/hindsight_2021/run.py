"""Projections of each month of 2021 against the actual year, and reliability before.

    python -m experiments.hindsight_2021.run --workbooks ../shared/data/gso/workbooks

First part: every target of the sample plan `vietnam-2021` at each vintage from
January to November 2021, by a bundle retrained on what was published up to 31
December 2020. Second part: all investment plans of 2013 to 2021 that the
workbooks print, each year by a bundle retrained on what was published before
it. Outcomes are December's estimates. Writes CSV files and tables to results/.
"""

from __future__ import annotations

import argparse
import calendar
import hashlib
import json
import platform
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from data.db.store import Store
from data.plans.plan import Plan, PlanVersion
from data.plans.rows import load_plan
from data.samples.load import load_sample
from data.settings import Settings
from data.vintages.implied_plan import implied_plans
from data.vintages.panel import Panel
from data.vintages.panel_rows import load_panel
from experiments.hindsight_2021.investment import FAMILY, load_investment
from models.candidates import REGISTRY
from models.errors import NoObservations
from models.paths import quantiles
from models.pipeline import LADDER, Learned, fit_candidates, project
from models.scores import brier_score, reliability_table
from models.targets.target import Target
from training.bundle.bundle import Bundle, read_bundle
from training.prior.editions import candidates_for
from training.retrain import commit, retrain

RESULTS = Path(__file__).parent / "results"
SAMPLE = "vietnam-2021"
YEARS = range(2013, 2022)
MONTHS = range(1, 12)
SETTLED = date(2021, 12, 31)  # December's estimates are known, nothing later
FIRST_WITH_THREE_YEARS = 2016  # vintages begin in January 2013


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m experiments.hindsight_2021.run")
    parser.add_argument("--workbooks", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=RESULTS)
    parser.add_argument("--part", choices=("targets", "all"), default="all")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    files = sorted(given.workbooks.iterdir())
    with tempfile.TemporaryDirectory() as folder:
        targets = hindsight(Path(folder))
        targets.to_csv(given.out / "targets.csv", index=False, float_format="%.6g")
        if given.part == "targets":
            return
        plans = investment(files, Path(folder))
    plans.to_csv(given.out / "investment.csv", index=False, float_format="%.6g")
    reliability(plans).to_csv(given.out / "reliability.csv", index=False, float_format="%.4f")
    (given.out / "tables.md").write_text(tables(targets, plans), encoding="utf-8")
    (given.out / "made_with.json").write_text(
        json.dumps(made_with(files), indent=1) + "\n", encoding="utf-8"
    )
    print((given.out / "tables.md").read_text(encoding="utf-8"))


def hindsight(folder: Path) -> pd.DataFrame:
    """One row per vintage and target of the sample plan."""
    settings = settings_in(folder / "sample")
    store = Store.open(settings.store_url)
    load_sample(store, SAMPLE)
    plan = load_plan(store, SAMPLE)
    bundle = bundle_before(store, settings, SAMPLE, plan.year)
    panel = load_panel(store, plan.family)
    rows = [
        row
        for month in MONTHS
        for row in plan_rows(plan, panel, bundle, last_day(plan.year, month))
    ]
    store.close()
    return pd.DataFrame(rows)


def plan_rows(
    plan: Plan, panel: Panel, bundle: Bundle | None, day: date
) -> Iterator[dict[str, Any]]:
    """The projection of each target in force on a day, and the actual."""
    in_force, december = plan.version_on(day), plan.version_on(SETTLED)
    if in_force is None or december is None:
        return
    for kpi, target in in_force.targets:
        found = answer(panel, bundle, kpi, plan.year, (target,), day)
        outcome = panel.outcome(kpi, plan.year, SETTLED)
        if found is None or outcome is None:
            continue
        later = matching(december, kpi, target)
        yield {
            "kpi": kpi,
            "unit": panel.definition(kpi).unit,
            "as_of": day,
            **found,
            "outcome": outcome,
            "inside_80": found["low_80"] <= outcome <= found["high_80"],
            "met_plan_then": met(panel, kpi, plan.year, outcome, target),
            "met_plan_december": met(panel, kpi, plan.year, outcome, later) if later else None,
        }


def investment(files: Sequence[Path], folder: Path) -> pd.DataFrame:
    """One row per body, year and vintage: the probability of the plan then in force."""
    store = load_investment(files, f"sqlite:///{folder / 'investment.db'}")
    settings = settings_in(folder / "investment")
    panel = load_panel(store, FAMILY)
    rows: list[dict[str, Any]] = []
    for year in YEARS:
        bundle = bundle_before(store, settings, f"{FAMILY}-2021", year)
        for kpi in panel.kpis():
            rows += body_rows(panel, bundle, kpi, year)
    store.close()
    return pd.DataFrame(rows)


def body_rows(
    panel: Panel, bundle: Bundle | None, kpi: str, year: int
) -> Iterator[dict[str, Any]]:
    """A body's year, vintage by vintage, where a plan and December's estimate were printed."""
    settled = last_day(year, 12)
    outcome = panel.outcome(kpi, year, settled)
    if outcome is None:
        return
    plans = {one.month.month: one for one in implied_plans(panel.observations(kpi, settled), year)}
    if 12 not in plans:
        return
    for month in MONTHS:
        day = last_day(year, month)
        if month not in plans or plans[month].published > day:
            continue
        target = Target("at_least", plans[month].value)
        found = answer(panel, bundle, kpi, year, (target,), day)
        if found is None:
            continue
        yield {
            "body": kpi,
            "year": year,
            "months_known": month,
            **found,
            "plan_then": plans[month].value,
            "plan_december": plans[12].value,
            "outcome": outcome,
            "met_plan_then": outcome >= plans[month].value,
            "met_plan_december": outcome >= plans[12].value,
            "inside_80": found["low_80"] <= outcome <= found["high_80"],
            "fallback_years": year < FIRST_WITH_THREE_YEARS,
        }


def answer(
    panel: Panel,
    bundle: Bundle | None,
    kpi: str,
    year: int,
    targets: tuple[Target, ...],
    day: date,
) -> dict[str, Any] | None:
    """Projected year and probability as of a day; None where nothing was known."""
    try:
        series = panel.series_as_of(kpi, day)
    except NoObservations:
        return None
    learned = bundle.learned.get(kpi) if bundle else None
    if learned is None:
        ladder = {name: REGISTRY[name] for name in LADDER}
        learned = Learned(*fit_candidates(series, ladder))
    candidates = candidates_for(bundle.as_of.year if bundle else year)
    projection = project(series, targets, learned, year=year, candidates=candidates)
    if projection.annual is None:
        return None
    [attainment] = projection.attainments
    band = quantiles(projection.annual.samples)
    return {
        "level": attainment.target.level,
        "comparator": attainment.target.comparator,
        "lower_value": attainment.lower_value,
        "upper_value": attainment.upper_value,
        "actual_to_date": projection.actual_to_date,
        "probability": attainment.probability,
        "status": attainment.status,
        "median": projection.annual.median,
        "low_80": band["0.1"],
        "high_80": band["0.9"],
        "method": projection.fallback or projection.method,
    }


def bundle_before(store: Store, settings: Settings, plan: str, year: int) -> Bundle | None:
    """The bundle of a retraining on what was published before a year; None with nothing."""
    try:
        report = retrain(store, settings, plan, date(year - 1, 12, 31), promote=True)
    except NoObservations:
        return None
    return read_bundle(report.folder)


def matching(version: PlanVersion, kpi: str, target: Target) -> Target | None:
    """The same KPI's target of the same level in another version."""
    same = [
        other for slug, other in version.targets if slug == kpi and other.level == target.level
    ]
    return same[0] if same else None


def met(panel: Panel, kpi: str, year: int, outcome: float, target: Target) -> bool | None:
    """Whether December's estimate meets a target that is bounded from below."""
    if target.lower is None:
        return None
    if target.form == "growth" and panel.definition(kpi).kind != "growth":
        series = panel.series_as_of(kpi, SETTLED)
        return bool(100 * (outcome / float(series.base.sum()) - 1) >= target.lower)
    return bool(outcome >= target.lower)


def reliability(plans: pd.DataFrame) -> pd.DataFrame:
    """How often plans were met, by the probability given; years with and without basis apart."""
    parts = []
    for name, group in groups(plans).items():
        rows = reliability_table(
            group["met_plan_then"].to_numpy(bool), group["probability"].to_numpy(float), bins=5
        )
        parts.append(pd.DataFrame(rows).assign(years=name))
    return pd.concat(parts, ignore_index=True)


def groups(plans: pd.DataFrame) -> Mapping[str, pd.DataFrame]:
    known = plans[plans["probability"].notna()]
    return {
        "2016-2018": known[known["year"].between(2016, 2018)],
        "2019-2021": known[known["year"] >= 2019],
        "2013-2015 (fallback)": known[known["fallback_years"]],
    }


def tables(targets: pd.DataFrame, plans: pd.DataFrame) -> str:
    """The readable tables of the README."""
    parts = ["## Targets of vietnam-2021, by vintage", ""]
    shown = targets.assign(
        vintage=targets["as_of"].map(lambda day: f"{day:%Y-%m}"),
        projected=[
            f"{m:,.5g} ({low:,.5g} to {high:,.5g})"
            for m, low, high in zip(
                targets["median"], targets["low_80"], targets["high_80"], strict=True
            )
        ],
    )
    for kpi, group in shown.groupby("kpi", sort=False):
        last = group.iloc[-1]
        parts += [
            f"### {kpi} ({last['unit']}): became {last['outcome']:,.6g} "
            f"(December estimate), plan of December "
            f"{'met' if last['met_plan_december'] else 'not met'}",
            "",
            "| Vintage | Plan in force | Projected year (80 %) | Probability | Inside | Met |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        parts += [
            f"| {row.vintage} | {row.lower_value:,.6g} | {row.projected} | {row.probability:.2f} "
            f"| {'yes' if row.inside_80 else 'no'} | {'yes' if row.met_plan_then else 'no'} |"
            for row in group.itertuples()
        ]
        parts.append("")
    parts += ["## Investment plans", ""]
    parts += [
        "| Years | Months known | n | Brier | Climatology | 80 % interval held | Widening needed |"
    ]
    parts += ["| --- | --- | --- | --- | --- | --- | --- |"]
    for name, group in groups(plans).items():
        for label, months in (
            ("1 to 3", (1, 3)),
            ("4 to 6", (4, 6)),
            ("7 to 9", (7, 9)),
            ("10, 11", (10, 11)),
        ):
            part = group[group["months_known"].between(*months)]
            if len(part):
                parts.append(f"| {name} | {label} | {score_row(part)} |")
    parts += [
        "",
        "| Years | Probability given | n | Mean | Share met |",
        "| --- | --- | --- | --- | --- |",
    ]
    parts += [
        f"| {row.years} | {row.low:.1f} to {row.high:.1f} | {row.n:.0f} "
        f"| {row.mean_probability:.2f} | {row.share_met:.2f} |"
        for row in reliability(plans).itertuples()
    ]
    return "\n".join(parts) + "\n"


def score_row(part: pd.DataFrame) -> str:
    """Brier score, that of always saying the mean, coverage, and the widening 80 % would need."""
    happened = part["met_plan_then"].to_numpy(bool)
    given = part["probability"].to_numpy(float)
    usual = brier_score(happened, np.full(len(part), happened.mean()))
    return (
        f"{len(part)} | {brier_score(happened, given):.3f} | {usual:.3f} "
        f"| {100 * part['inside_80'].mean():.0f} % | {widening(part):.2f}"
    )


def widening(part: pd.DataFrame) -> float:
    """The factor on the interval's halves around the median with which 80 % would have held."""
    above = part["outcome"] >= part["median"]
    half = np.where(above, part["high_80"] - part["median"], part["median"] - part["low_80"])
    gap = (part["outcome"] - part["median"]).abs().to_numpy(float)
    return float(np.quantile(gap / np.maximum(half, 1e-9), 0.8))


def settings_in(folder: Path) -> Settings:
    folder.mkdir(parents=True, exist_ok=True)
    return Settings(home=folder, database_url=None, mlflow_tracking_uri=None)


def last_day(year: int, month: int) -> date:
    return date(year, month, calendar.monthrange(year, month)[1])


def made_with(files: Sequence[Path]) -> dict[str, str]:
    """What reruns to the same digits."""
    content = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    return {
        "command": "python -m experiments.hindsight_2021.run --workbooks DIR",
        "commit": commit(),
        "workbooks_sha256": content,
        "seed": "family, KPI and vintage (models.paths.generator)",
        "python": platform.python_version(),
        **{name: version(name) for name in ("numpy", "pandas", "statsmodels", "scikit-learn")},
    }


if __name__ == "__main__":
    main()
