"""The last step of a retraining for each KPI: its candidates, fitted on all its figures.

In a module of its own: the processes of `Workers` load neither MLflow nor pandas.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from data.plans.events import accepted_events
from models.candidates.base import Parameters
from models.errors import NoObservations
from models.kinds import Kind
from models.pipeline import fit_candidates
from training.backtest.year import Setup


@dataclass(frozen=True, eq=False)
class FinalFit:
    """The candidates of a KPI, fitted on all its figures."""

    kpi: str
    kind: Kind
    unit: str
    parameters: Mapping[str, Parameters]
    failures: Mapping[str, str]


def final_fit(setup: Setup, kpi: str) -> FinalFit | None:
    """Fit a KPI on all its figures; None without figures. A task for `Workers`."""
    try:
        series = setup.panel.series_as_of(kpi, setup.as_of)
    except NoObservations:
        return None
    events = accepted_events(setup.events, kpi, setup.as_of)
    parameters, failures = fit_candidates(series, setup.of_year(setup.as_of.year), events)
    return FinalFit(kpi, series.kind, series.unit, parameters, failures)
