"""What was printed about a KPI, beside an answer that does not simply continue it.

Shown for a plan that is loaded for demonstration, and wherever there is no basis:
the newest printed figure of each form with its own status and day, figures that
contradict each other, and what would have to be loaded.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date

from data.vintages.demonstration import contradictions, last_month_over
from data.vintages.disaggregate import Contradiction
from data.vintages.observation import UNDATED, Form, Observation
from data.vintages.panel import Panel
from models.errors import NoObservations
from models.series import Month
from service.projections.view import (
    ContradictionView,
    FiguresView,
    MonthsToLoadView,
    PrintedView,
)

FIGURES = "figures"  # stands for a candidate where nothing was published at all
RATES: frozenset[Form] = frozenset(("rate_on_year", "rate_to_date", "rate_on_month"))


def figures_behind(
    panel: Panel, kpi: str, day: date, *, shown: bool, lacking: bool
) -> FiguresView:
    """What stands beside a projection: what was printed, contradicts, is missing.

    Parameters
    ----------
    shown : list what was printed
    lacking : say which months would have to be loaded
    """
    unit = panel.definition(kpi).unit
    disputed: tuple[Contradiction, ...] = ()
    with suppress(NoObservations):  # where nothing was printed, nothing contradicts
        disputed = contradictions(panel, kpi, day)
    return FiguresView(
        printed=tuple(_printed(one, unit) for one in (_newest(panel, kpi, day) if shown else ())),
        contradictions=tuple(
            ContradictionView(**vars(_printed(one.printed, unit)), found=one.found, kept=one.kept)
            for one in disputed
        ),
        to_load=_to_load(day) if lacking else None,
    )


def _newest(panel: Panel, kpi: str, day: date) -> list[Observation]:
    """Of each form the figure of the latest month, the latest month first."""
    found = []
    for months in panel.newest(kpi, day).values():
        printed = months[max(months)].printed
        if printed is not None:
            found.append(printed)
    return sorted(found, key=lambda one: (one.month, one.form), reverse=True)


def _printed(one: Observation, unit: str) -> PrintedView:
    """A printed figure; a rate as printed, 100 unchanged."""
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
    """Last year and this one up to the last month that was over: the least to go on."""
    last = last_month_over(day)
    return MonthsToLoadView(first=Month(last.year - 1, 1), last=last)
