"""A backtested year: what all share, what one is asked, what it learned before, what it gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
from numpy.typing import NDArray

from data.plans.events import EventEntry
from data.plans.plan import Plan
from data.vintages.panel import Panel
from models.calibration import Calibration
from models.candidates import EXTRA
from models.candidates.base import Candidate, Parameters
from models.coherence import OriginKey
from models.disaggregation.late_month import Surprises
from models.ensemble import Weights
from models.pipeline import Learned
from models.revisions import NO_REVISION, Revision
from models.targets.fulfilment import Fulfilment, PastPlan
from models.targets.target import TargetForm
from training.prior.editions import candidates_for

BACKTEST_PATHS = 500

ByMonth = Mapping[int, Weights]


@dataclass(frozen=True, eq=False)
class Setup:
    """Shared, read-only input of all tasks of a retraining."""

    panel: Panel
    as_of: date
    candidates: Mapping[str, Candidate] | None = None  # None: by year
    n_paths: int = BACKTEST_PATHS
    thorough: bool = False  # with the extra candidates
    events: tuple[EventEntry, ...] = ()  # decided by people, in force from their day on
    plans: tuple[Plan, ...] = ()  # of the family, of all years

    def of_year(self, year: int) -> Mapping[str, Candidate]:
        """The candidates for a year, with a prior trained without that year."""
        if self.candidates is not None:
            return self.candidates
        every = candidates_for(year)
        return {name: every[name] for name in every if self.thorough or name not in EXTRA}


@dataclass(frozen=True, eq=False)
class Lesson:
    """Learned from past years of a KPI; fields as in `models.pipeline.Learned`."""

    weights: ByMonth = field(default_factory=dict)
    calibration: Calibration | None = None
    revision: Revision = NO_REVISION
    errors: Mapping[OriginKey, float] = field(default_factory=dict)
    fulfilment: Mapping[TargetForm, Fulfilment] = field(default_factory=dict)
    surprises: Surprises = field(default_factory=dict)

    def with_fits(
        self, parameters: Mapping[str, Parameters], failures: Mapping[str, str]
    ) -> Learned:
        """Completed by the candidates' fits."""
        return Learned(
            parameters,
            failures,
            self.weights,
            self.calibration,
            self.revision,
            self.errors,
            self.fulfilment,
            self.surprises,
        )


@dataclass(frozen=True, eq=False)
class YearTask:
    """A KPI and year, with the lessons of earlier years, for a total also its parts'."""

    kpi: str
    year: int
    lesson: Lesson = field(default_factory=Lesson)
    parts: Mapping[str, Lesson] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class YearResult:
    """A KPI and year, forecast from up to twelve origins.

    Attributes
    ----------
    errors : candidate → array, shape (12,), annual error by months known (0 to
        11) as a fraction of last year's total; NaN without a forecast, and none of a
        candidate that never gave one
    standardised : array, shape (12,), of the ensemble before calibration
    month_ahead : array, shape (12,), the ensemble's median of the first month ahead
    plans : the plans in force at its origins, beside forecast and outcome
    rows : scores, one per origin and method, as in `training.backtest.scoreboard`
    failures : candidate → the first reason why it gave no forecast
    reconstructed : origins without a vintage of their own
    left_out : why the year is not in the backtest, '' if it is
    """

    kpi: str
    year: int
    errors: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    standardised: NDArray[np.float64] = field(default_factory=lambda: np.full(12, np.nan))
    month_ahead: NDArray[np.float64] = field(default_factory=lambda: np.full(12, np.nan))
    plans: tuple[PastPlan, ...] = ()
    rows: tuple[dict[str, object], ...] = ()
    failures: Mapping[str, str] = field(default_factory=dict)
    reconstructed: int = 0
    left_out: str = ""
