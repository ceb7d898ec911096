"""Printed figures of a KPI, shown with a projection that does not simply continue them.

Shown for KPIs without a basis: the newest printed figure of each form with its status and
day, contradictory figures, and the months to load. Figures that contradict those of related
KPIs are listed with every projection.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date

from data.vintages.disaggregate import Contradiction
from data.vintages.disagreements import disagreements
from data.vintages.observation import UNDATED, Form, Observation
from data.vintages.panel import Panel
from models.errors import NoObservations
from models.series import Month
from service.projections.view import (
    ContradictionView,
    DisagreementView,
    FiguresView,
    MonthsToLoadView,
    PrintedView,
)

FIGURES = "figures"  # in place of a candidate's name if nothing was published
RATES: frozenset[Form] = frozenset(("rate_on_year", "rate_to_date", "rate_on_month"))


def figures_behind(
    panel: Panel, kpi: str, day: date, year: int, *, shown: bool, lacking: bool
) -> FiguresView:
    """The printed, contradictory and missing figures shown with a projection.

    Parameters
    ----------
    year : of the plan, whose figures are compared with those of related KPIs
    shown : whether to list printed figures
    lacking : whether to name the months to load
    """
    unit = panel.definition(kpi).unit
    disputed: tuple[Contradiction, ...] = ()
    with suppress(NoObservations):  # without printed figures there is no contradiction
        disputed = panel.contradictions(kpi, day)
    return FiguresView(
        printed=tuple(_printed(one, unit) for one in (_newest(panel, kpi, day) if shown else ())),
        contradictions=tuple(
            ContradictionView(**vars(_printed(one.printed, unit)), found=one.found, kept=one.kept)
            for one in disputed
        ),
        to_load=_to_load(day) if lacking else None,
        disagreements=tuple(
            DisagreementView(
                **vars(_printed(one.figure, unit)),
                relation=one.relation,
                others=one.others,
                found=one.found,
            )
            for one in disagreements(panel, kpi, day, year)
        ),
    )


def _newest(panel: Panel, kpi: str, day: date) -> list[Observation]:
    """The figure of the latest month of each form, latest month first."""
    found = []
    for months in panel.newest(kpi, day).values():
        printed = months[max(months)].printed
        if printed is not None:
            found.append(printed)
    return sorted(found, key=lambda one: (one.month, one.form), reverse=True)


def _printed(one: Observation, unit: str) -> PrintedView:
    """A printed figure; rates as printed, 100 for unchanged."""
    return PrintedView(
        month=one.month,
        form=one.form,
        value=one.value,
        unit="%" if one.form in RATES or one.form == "share_of_plan" else unit,
        status=one.status,
        published=None if one.published == UNDATED else one.published,
        source=one.source,
    )


def _to_load(day: date) -> MonthsToLoadView:
    """Last year and this year through the last full month: the minimum for a projection."""
    month = Month(day.year, day.month)
    last = month if day == month.last_day else month.plus(-1)
    return MonthsToLoadView(first=Month(last.year - 1, 1), last=last)
