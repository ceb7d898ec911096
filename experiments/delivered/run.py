"""How good are the distributions that a retraining delivers?

    python -m experiments.delivered.run --panels FOLDER [--workers 2] [--panel NAME ...]

Each panel is retrained like a plan family (30 series from 2013, drawn with one seed); every
origin of its backtest gives the forecast before calibration, the calibration learned from
strictly earlier years, and the outcome. Answered twice, with the shape of past errors alone
and with the shipped average of it and the forecast's own; and scored jointly: the log density
of the outcomes of a family's year under the copula of past errors alone and under the shipped
one, against independence, per KPI. `CHOSEN_ON` were looked at while choosing, `JUDGED_ON`
were not. Writes marginal.csv, reliability.csv (probabilities said of the Brier score's targets
beside the share met), joint.csv, results.md and made_with.json.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data.db.store import Store
from data.plans.kpi import Kpi
from data.samples.load import load_sample
from data.vintages.observation import Observation
from data.vintages.panel import Panel
from data.vintages.panel_rows import load_panel
from experiments.delivered.joint import PAST_ONLY, SHIPPED, joint_scores
from experiments.provenance import file_hash, write_provenance
from models import calibration
from models.annual import AnnualDistribution
from models.calibration import calibrate
from models.coherence import OriginKey
from models.kinds import Kind
from models.pipeline import Learned, calibrated
from models.scores import crps_from_samples, reliability_table
from models.series import Month
from training.backtest import rolling_origin
from training.backtest.rolling_origin import backtest_year, run_backtest
from training.backtest.year import Setup, YearResult, YearTask
from training.prior.corpus import History, read_panel
from training.workers import Workers

RESULTS = Path(__file__).parent / "results"
SAMPLE = "vietnam-2021"
CHOSEN_ON = (
    SAMPLE,
    "argentina_datosgobar",
    "brazil_anp_fuel_states",
    "brazil_epe_ibge_states",
    "france_ipi_nace4",
    "india_national",
    "morocco_manar",
)
JUDGED_ON = (
    "norway_oil_gas_fields",
    "pakistan_sbp",
    "us_arrivals_by_country",
    "us_eia_electricity_states",
    "uruguay_econuy",
    "za_industry_retail",
)
FIRST, LAST, SHORTEST = Month(2013, 1), Month(2023, 12), 60  # months used; months needed
SERIES, SEED = 30, 1
DIAGONAL = 0.05  # the bar: share met within it of the probability said
Row = dict[str, Any]
Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Recorded(YearResult):
    """A year of the backtest, with the scores of each shape."""

    shapes: tuple[Row, ...] = field(default=())


def recorded_year(setup: Setup, task: YearTask) -> Recorded:
    """`backtest_year`, which also answers with each shape. A task for `Workers`."""
    rows: list[Row] = []
    outcome = setup.panel.outcome(task.kpi, task.year, setup.as_of)

    def answered(method: str, annual: AnnualDistribution, learned: Learned) -> AnnualDistribution:
        if outcome is not None and method != "occasional" and not annual.over:
            for shape, weight in ((PAST_ONLY, 0.0), (SHIPPED, calibration.OWN_SHAPE)):
                with patch.object(calibration, "OWN_SHAPE", weight):
                    rows.append({"shape": shape, **scores(annual, learned, outcome)})
        return calibrated(method, annual, learned)

    with patch.object(rolling_origin, "calibrated", answered):
        found = backtest_year(setup, task)
    place = {"kpi": task.kpi, "year": task.year}
    shapes = tuple(place | row for row in rows) if found.rows else ()
    return Recorded(**vars(found), shapes=shapes)


def scores(annual: AnnualDistribution, learned: Learned, outcome: float) -> Row:
    """Scores of a calibrated year, probabilities of targets and what was met, and the place of
    the outcome in it, 0 to 1.
    """
    found = calibrate(annual, learned.calibration)
    base = float(np.median(found.base))
    place = float((np.sum(found.samples < outcome) + 0.5) / (len(found.samples) + 1))
    goals = base * (1 + np.array(rolling_origin.GROWTH_TARGETS) / 100)
    goals += found.traits.year.offset
    chance, met = (found.samples[:, None] >= goals).mean(axis=0), outcome >= goals
    return {
        "months_known": found.months_known,
        "crps": crps_from_samples(outcome, found.samples) / base,
        "brier": float(np.mean((chance - met) ** 2)),
        "chance": chance,
        "met": met,
        "place": place,
        "tested": learned.calibration is not None and learned.calibration.n_errors > 0,
    }


class Recorder(Workers[Setup]):
    """Workers that keep the scores of each shape, or of what `year` answers with instead."""

    def __init__(
        self,
        shared: Setup,
        number: int,
        year: Callable[[Setup, YearTask], Recorded] = recorded_year,
    ) -> None:
        super().__init__(shared, number)
        self.rows: list[Row] = []
        self.year = year

    def run(
        self,
        task: Callable[[Setup, Any], Any],
        items: Sequence[Any],
        done: Callable[[Any], None] | None = None,
    ) -> list[Any]:
        recorded = self.year if task is backtest_year else task
        results = super().run(recorded, items, done)
        self.rows += [row for one in results if isinstance(one, Recorded) for row in one.shapes]
        return results


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m experiments.delivered.run")
    parser.add_argument("--panels", type=Path, required=True, help="folder of tidy .parquet")
    parser.add_argument("--panel", action="append", help="only these")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=RESULTS)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    names = given.panel or [*CHOSEN_ON, *JUDGED_ON]
    marginal, joint = [], []
    for name in names:
        rows, log_scores = answers(name, given.panels, given.workers)
        print(name, len(rows), flush=True)
        marginal.append(rows)
        joint.append(log_scores)
        pd.concat(joint).to_csv(given.out / "joint.csv", index=False, float_format="%.4f")
        summary = marginal_table(pd.concat(marginal))
        summary.to_csv(given.out / "marginal.csv", index=False, float_format="%.5f")
        bands = reliability(pd.concat(marginal))
        bands.to_csv(given.out / "reliability.csv", index=False, float_format="%.4f")
    text = readable(summary, bands, pd.concat(joint))
    (given.out / "results.md").write_text(text, encoding="utf-8")
    files = [given.panels / f"{name}.parquet" for name in names if name != SAMPLE]
    hashes = {one.stem: file_hash(one) for one in files}
    command = "python -m experiments.delivered.run --panels PANELS"
    packages = ("numpy", "scipy", "pandas", "statsmodels")
    write_provenance(given.out, command, *packages, seed=SEED, data_sha256=hashes)
    print(text)


def answers(name: str, folder: Path, workers: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Scores of every origin and shape, and log scores of the joint order by year."""
    panel, day = sample() if name == SAMPLE else family(name, folder)
    setup = Setup(panel, day)
    with Recorder(setup, workers) as pool:
        found = run_backtest(pool, setup, sorted(panel.kpis()))
        rows = pd.DataFrame(pool.rows)
    rows = rows[rows["tested"]].assign(panel=name)
    errors = {
        (one.kpi, one.year): {
            OriginKey(one.year, known): float(error)
            for known, error in enumerate(one.standardised)
            if np.isfinite(error)
        }
        for one in found.results
    }
    return rows, pd.DataFrame(joint_scores(rows, errors)).assign(panel=name)


def sample() -> tuple[Panel, date]:
    """The sample plan's family, as at the end of its data."""
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(f"sqlite:///{folder}/sample.db")
        load_sample(store, SAMPLE)
        day = date(2021, 12, 31)
        panel = load_panel(store, SAMPLE.rpartition("-")[0], day)
        store.close()
    return panel, day


def family(name: str, folder: Path) -> tuple[Panel, date]:
    """A panel's series as KPIs, loaded after the fact."""
    return as_family(name, read_panel(folder / f"{name}.parquet"), FIRST, LAST)


def as_family(
    name: str,
    panel: Sequence[History],
    first: Month,
    last: Month,
    closings: frozenset[str] = frozenset(),
) -> tuple[Panel, date]:
    """Series from `first` to `last` as KPIs, loaded after the fact; some are closing levels."""
    kept = []
    for one in panel:
        begin = max(first.ordinal, one.start.ordinal)
        values = one.values[begin - one.start.ordinal : last.ordinal - one.start.ordinal + 1]
        gaps = np.flatnonzero(np.isnan(values))
        start = int(gaps[-1]) + 1 if len(gaps) else 0
        if len(values) - start >= SHORTEST:
            kept.append((one.series_id, Month.from_ordinal(begin + start), values[start:]))
    drawn = np.random.default_rng(SEED).permutation(len(kept))[:SERIES]
    kpis, figures, published = [], [], date(last.year + 1, 6, 30)
    for place in sorted(drawn):
        series, begin_month, months = kept[place]
        slug = f"s{place:03d}"
        kind: Kind = "closing" if series in closings else "flow"
        kpis.append(Kpi(slug=slug, name_vi=series, name_en=series, unit="", kind=kind))
        for ahead, value in enumerate(months):
            month = begin_month.plus(ahead)
            figures.append(
                Observation(slug, month, "month", float(value), "final", published, name)
            )
    return Panel.of(name, kpis, figures), published


def marginal_table(rows: pd.DataFrame) -> pd.DataFrame:
    """Means by panel and shape; the change of CRPS with an interval by KPIs and years."""
    inside = rows.assign(
        in_80=rows["place"].between(0.1, 0.9),
        in_95=rows["place"].between(0.025, 0.975),
        above=rows["place"] > 0.5,
    )
    columns = ["crps", "brier", "in_80", "in_95", "above"]
    table = inside.groupby(["panel", "shape"], sort=False)[columns].mean().reset_index()
    keys = ["panel", "kpi", "year", "months_known"]
    wide = rows.pivot_table(index=keys, columns="shape", values="crps").reset_index()
    for name, group in wide.groupby("panel"):
        low, high = resampled(group)
        mine = (table["panel"] == name) & (table["shape"] == SHIPPED)
        table.loc[mine, ["ratio", "ratio_low", "ratio_high"]] = (
            group[SHIPPED].mean() / group[PAST_ONLY].mean(),
            low,
            high,
        )
    return table


def resampled(group: pd.DataFrame, draws: int = 500) -> tuple[float, float]:
    """95 % interval of the ratio of CRPS, KPIs and years both drawn with replacement."""
    rng = np.random.default_rng(SEED)
    sums = group.groupby(["kpi", "year"])[[SHIPPED, PAST_ONLY]].sum()
    after, before = (sums[name].unstack(fill_value=0).to_numpy() for name in (SHIPPED, PAST_ONLY))
    ratios = []
    for _ in range(draws):
        kpis = rng.integers(0, after.shape[0], after.shape[0])
        years = rng.integers(0, after.shape[1], after.shape[1])
        chosen = np.ix_(kpis, years)
        ratios.append(after[chosen].sum() / before[chosen].sum())
    low, high = np.quantile(ratios, [0.025, 0.975])
    return float(low), float(high)


def reliability(rows: pd.DataFrame) -> pd.DataFrame:
    """How often targets were met, by the probability that the shipped shape gave, by panel."""
    bands = []
    for name, group in rows[rows["shape"] == SHIPPED].groupby("panel", sort=False):
        met, chance = (np.concatenate(group[one].tolist()) for one in ("met", "chance"))
        table = pd.DataFrame(reliability_table(met, chance)).assign(panel=name)
        table["gap"] = table["share_met"] - table["mean_probability"]
        table["gap_low"], table["gap_high"] = gaps_again(group, table["low"].to_numpy(float))
        bands.append(table)
    return pd.concat(bands)


def gaps_again(group: pd.DataFrame, edges: Array, draws: int = 500) -> tuple[Array, Array]:
    """95 % interval of share met less probability said, by band, KPIs and years drawn again.

    `edges` are the lower ends of the bands, shape (n,), as are the results; a band that a
    draw leaves empty is left out of it.
    """
    kpi, year = (pd.factorize(group[one])[0] for one in ("kpi", "year"))
    sums = np.zeros((len(edges), kpi.max() + 1, year.max() + 1, 2))
    for one, other, met, chance in zip(kpi, year, group["met"], group["chance"], strict=True):
        band = np.searchsorted(edges, chance, side="right") - 1
        np.add.at(sums[..., 0], (band, one, other), 1.0)
        np.add.at(sums[..., 1], (band, one, other), met - chance)
    rng = np.random.default_rng(SEED)
    found = []
    for _ in range(draws):
        kpis = rng.integers(0, sums.shape[1], sums.shape[1])
        years = rng.integers(0, sums.shape[2], sums.shape[2])
        n, gap = np.moveaxis(sums[:, kpis][:, :, years].sum(axis=(1, 2)), -1, 0)
        found.append(np.divide(gap, n, out=np.full(len(n), np.nan), where=n > 0))
    low, high = np.nanquantile(found, [0.025, 0.975], axis=0)
    return low, high


def readable(marginal: pd.DataFrame, bands: pd.DataFrame, joint: pd.DataFrame) -> str:
    """Markdown tables of all parts."""
    lines = [
        "| Panel | CRPS shipped ÷ past errors | 95 % | Inside 80 % | Inside 95 % "
        "| Above the median | Log score of the copula, past errors alone | shipped "
        "| years below 0 |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for row in marginal[marginal["shape"] == SHIPPED].to_dict("records"):
        own = joint[joint["panel"] == row["panel"]]
        by_year = own.groupby("year")[SHIPPED].mean()
        lines.append(
            f"| {row['panel']}{'' if row['panel'] in JUDGED_ON else ' *'} | {row['ratio']:.4f} "
            f"| {row['ratio_low']:.4f} to {row['ratio_high']:.4f} | {row['in_80']:.0%} "
            f"| {row['in_95']:.1%} | {row['above']:.0%} | {own[PAST_ONLY].mean():+.2f} "
            f"| {own[SHIPPED].mean():+.3f} | {int((by_year < 0).sum())} of {len(by_year)} |"
        )
    lines += ["", "\\* looked at while choosing.", ""]
    lines += ["| Panel | Probability | n | Mean said | Share met | Share met − said | 95 % |"]
    lines += ["| --- | --- | --- | --- | --- | --- | --- |"]
    lines += [
        f"| {band['panel']} | {band['low']:.0%} to {band['high']:.0%} | {band['n']:.0f} "
        f"| {band['mean_probability']:.1%} | {band['share_met']:.1%} "
        f"| {100 * band['gap']:+.1f} points "
        f"| {100 * band['gap_low']:+.0f} to {100 * band['gap_high']:+.0f} |"
        for band in bands.to_dict("records")
    ]
    years = joint.groupby(["panel", "year"], sort=False)
    means = years[["kpis", SHIPPED, "expected", "spread"]].mean().reset_index()
    bar = bands.assign(inside=bands["gap"].abs() <= DIAGONAL).groupby("panel", sort=False)
    lines += ["", "| Panel | Bands within 5 points | Largest distance |", "| --- | --- | --- |"]
    lines += [
        f"| {name} | {own['inside'].sum()} of {len(own)} | {100 * own['gap'].abs().max():.1f} |"
        for name, own in bar
    ]
    lines += ["", "| Year below independence | KPIs | Log score | Expected | Its SD |"]
    lines += ["| --- | --- | --- | --- | --- |"]
    lines += [
        f"| {row['panel']}, {row['year']} | {row['kpis']:.0f} | {row[SHIPPED]:+.3f} "
        f"| {row['expected']:+.3f} | {row['spread']:.3f} |"
        for row in means[means[SHIPPED] < 0].to_dict("records")
    ]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    main()
