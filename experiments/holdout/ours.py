"""What a retraining delivers on a panel held out, and the questions put to the peers too.

A panel is retrained like a plan family: 30 series, ten years, every origin of every year with
weights and calibration learned from strictly earlier years. The prior is the newest of the
hold-out's that saw only earlier years; of years before all of them, the oldest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

from data.vintages.panel import Panel
from experiments.annual_benchmark.instances import Instance
from experiments.delivered.run import SEED, as_family
from experiments.holdout.sides import closings, kept
from models.candidates import EXTRA, REGISTRY
from models.candidates.annual_prior import PriorCandidate
from models.candidates.base import Candidate
from models.prior.annual import AnnualPrior
from models.series import Month
from training.backtest.rolling_origin import run_backtest
from training.backtest.scoreboard import ENSEMBLE, after_first_year
from training.backtest.year import Setup
from training.workers import Workers

YEARS, LAST = 10, 2023  # years of a family; its last year, or the panel's
CUTS, PAIRS = (3, 6, 9), 60  # months known, and (series, year) pairs, put to the peers


@dataclass(frozen=True, eq=False)
class HeldOut(Setup):
    """The setup of a backtest with the priors of the hold-out, by the last year they saw."""

    priors: tuple[tuple[int, AnnualPrior], ...] = ()

    def of_year(self, year: int) -> Mapping[str, Candidate]:
        fit = [prior for last, prior in self.priors if last < year]
        candidate = PriorCandidate(fit[-1] if fit else self.priors[0][1])
        others = {name: one for name, one in REGISTRY.items() if name not in EXTRA}
        return {**others, candidate.name: candidate}


def family_of(name: str, file: Path) -> tuple[Panel, date]:
    """The panel's last ten full years as a plan family."""
    panel = kept(name, file)
    ends = [Month.from_ordinal(one.start.ordinal + len(one.values)).year - 1 for one in panel]
    last = min(LAST, max(ends))
    return as_family(name, panel, Month(last - YEARS + 1, 1), Month(last, 12), closings(file))


def delivered(panel: Panel, day: date, priors: Sequence[tuple[int, AnnualPrior]]) -> pd.DataFrame:
    """One row per KPI, year and months known: quantiles and scores of what is delivered."""
    setup = HeldOut(panel, day, priors=tuple(priors))
    with Workers[Setup](setup) as workers:
        found = run_backtest(workers, setup, sorted(panel.kpis()))
    rows = after_first_year(found.scores.frame())
    return rows[rows["method"] == ENSEMBLE].reset_index(drop=True)


def questions_of(panel: Panel, day: date, rows: pd.DataFrame) -> list[Instance]:
    """What was answered with 3, 6 and 9 months known, of (series, year) pairs drawn evenly."""
    asked = rows[rows["months_known"].isin(CUTS)]
    pairs = sorted(set(zip(asked["kpi"].astype(str), asked["year"].astype(int), strict=True)))
    order = np.random.default_rng(SEED).permutation(len(pairs))[:PAIRS]
    chosen = {pairs[place] for place in order}
    found = []
    for row in asked.to_dict("records"):
        kpi, year, cut = str(row["kpi"]), int(row["year"]), int(row["months_known"])
        if (kpi, year) in chosen:
            series = panel.series_as_of(kpi, day).until(Month(year, cut))
            closing = panel.definition(kpi).traits.last_month_only
            outcome, base = float(row["outcome"]), float(row["base"])
            found.append(Instance(kpi, year, cut, series.values, outcome, base, closing))
    return found
