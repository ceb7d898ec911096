"""The way of one number: a series as of a vintage in, a projection of its year out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.annual import AnnualDistribution
from models.attainment import DEFAULT_THRESHOLDS, Attainment, Thresholds
from models.calibration import Calibration
from models.candidates import REGISTRY
from models.candidates.base import Candidate, Parameters
from models.ensemble import Weights
from models.series import FigureStatus, Kind, Month, Series
from models.target import Status, Target


@dataclass(frozen=True, eq=False)
class Learned:
    """What a retraining learned about one KPI.

    Attributes
    ----------
    parameters : candidate → its fitted parameters
    failures : candidate → why it has none
    weights : months known → candidate → weight; empty: all count alike
    calibration : None without a backtest
    """

    parameters: Mapping[str, Parameters] = field(default_factory=dict)
    failures: Mapping[str, str] = field(default_factory=dict)
    weights: Mapping[int, Weights] = field(default_factory=dict)
    calibration: Calibration | None = None


@dataclass(frozen=True)
class ProjectedMonth:
    """One month of the year: observed (its status, no quantiles) or 'projected'."""

    month: Month
    status: FigureStatus | str
    median: float
    quantiles: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class Projection:
    """What the year will end at, given what is known; see design section 5.

    Attributes
    ----------
    annual : the distribution itself; None when there is no basis
    failures : candidate → why it is not in the forecast
    method : 'ensemble', the name of a single candidate, or 'none'
    fallback : None, or the step of the fallback ladder that answered
    """

    key: str
    unit: str
    kind: Kind
    year: int
    as_of: date
    cutoff: Month
    actual_to_date: float | None
    data_status: FigureStatus | None
    annual: AnnualDistribution | None
    attainments: tuple[Attainment, ...]
    months: tuple[ProjectedMonth, ...]
    method: str
    fallback: str | None
    failures: Mapping[str, str]
    probability: float | None
    status: Status

    def to_dict(self) -> dict[str, Any]:
        """The JSON of one projection; the service adds plan, kpi, name, version and stamp."""
        raise NotImplementedError


@dataclass(frozen=True, eq=False)
class Simulated:
    """Every candidate's joint paths, shape (n_paths, horizon) each; why the others have none."""

    paths: Mapping[str, NDArray[np.float64]]
    failures: Mapping[str, str]


def fit_candidates(
    series: Series, candidates: Mapping[str, Candidate] = REGISTRY
) -> tuple[dict[str, Parameters], dict[str, str]]:
    """Parameters of every candidate that can be fitted, and why the others cannot."""
    raise NotImplementedError


def simulate(
    series: Series,
    parameters: Mapping[str, Parameters],
    horizon: int,
    n_paths: int,
    seed: str,
    candidates: Mapping[str, Candidate] = REGISTRY,
) -> Simulated:
    """Joint paths of every candidate that has parameters."""
    raise NotImplementedError


def project(
    series: Series,
    targets: Sequence[Target],
    learned: Learned,
    *,
    year: int | None = None,
    n_paths: int = 2000,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
    seed: str | None = None,
    candidates: Mapping[str, Candidate] = REGISTRY,
) -> Projection:
    """Project one KPI's year and set it against its targets.

    Parameters
    ----------
    series : the KPI as of a vintage
    targets : those in force on that date
    learned : from the bundle that answers for that date
    year : the year to project; default that of the cutoff
    seed : name of the random draws; default the vintage, so that two runs agree
    """
    raise NotImplementedError
