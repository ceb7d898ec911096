"""Figures that look wrong: noted for the planner, stored as printed all the same."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from data.observation import Kpi, Observation
from data.panel import Panel

FAR = 6.0  # robust standard deviations of the log on the month's own history
FEW = 24  # months of history below which nothing is called unusual
_NORMAL_MAD = 1.4826
_SMALLEST = 0.05  # a history that hardly moves still moves by this much on logs


@dataclass(frozen=True)
class Suspicion:
    """A figure worth a second look, and why."""

    kpi: str
    month: str
    value: float
    unit: str
    source: str
    reason: str


def suspicious(
    known: Panel, kpis: Sequence[Kpi], observations: Iterable[Observation]
) -> list[Suspicion]:
    """Compare new figures with what was known before.

    Reported are: a month that is a thousand times (or a thousandth of) its usual
    size; one far beyond the history of its changes; a cumulative figure of a KPI
    that never falls below zero that is lower than the one a month before.
    """
    units = {kpi.slug: kpi.unit for kpi in kpis}
    fresh = list(observations)
    here = {(o.kpi, o.form, o.month): o.value for o in fresh}
    history = {kpi: _history(known, kpi) for kpi in {o.kpi for o in fresh}}
    found = []
    for observation in fresh:
        reason = None
        if observation.form == "month":
            reason = _unusual(observation, history[observation.kpi])
        elif observation.form == "year_to_date" and observation.month.month > 1:
            before = here.get(
                (observation.kpi, "year_to_date", observation.month.plus(-1)),
                history[observation.kpi].get(("year_to_date", observation.month.plus(-1).ordinal)),
            )
            if before is not None and 0 <= observation.value < before * (1 - 1e-9):
                reason = f"cumulative figure below the month before ({before:,.6g})"
        if reason:
            found.append(
                Suspicion(
                    kpi=observation.kpi,
                    month=str(observation.month),
                    value=observation.value,
                    unit=units.get(observation.kpi, ""),
                    source=observation.source,
                    reason=reason,
                )
            )
    return found


def _history(known: Panel, kpi: str) -> dict[tuple[str, int], float]:
    """The figure published last for each form and month."""
    latest = sorted(known.printed.get(kpi, ()), key=lambda figure: figure.published)
    return {(figure.form, figure.month.ordinal): figure.value for figure in latest}


def _unusual(observation: Observation, history: dict[tuple[str, int], float]) -> str | None:
    place = observation.month.ordinal
    months = {
        ordinal: value
        for (form, ordinal), value in history.items()
        if form == "month" and ordinal < place and value > 0
    }
    if len(months) < FEW:
        return None
    usual = float(np.median([months[ordinal] for ordinal in sorted(months)[-12:]]))
    if observation.value > 0 and abs(np.log10(observation.value / usual)) > 2.5:
        return f"about {observation.value / usual:,.3g} times the usual month ({usual:,.6g})"
    before = months.get(place - 12)
    if before is None or observation.value <= 0:
        return None
    changes = np.array(
        [np.log(months[o] / months[o - 12]) for o in months if o - 12 in months], dtype=float
    )
    if len(changes) < 12:
        return None
    centre = float(np.median(changes))
    spread = max(_NORMAL_MAD * float(np.median(np.abs(changes - centre))), _SMALLEST)
    change = float(np.log(observation.value / before))
    if abs(change - centre) > FAR * spread:
        return f"{100 * np.expm1(change):+,.0f} % on last year, far beyond its own history"
    return None
