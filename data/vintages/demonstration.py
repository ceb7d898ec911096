"""Months reconstructed with later information, for plans that are loaded to show the service.

Where a body prints too little for a month-by-month view of the past, a sample plan
would have nothing to show. A KPI marked `demonstration` then has one more series
beside its honest one: its months reconstructed from every figure there is, those
published after the day of the view and those of no known date included, with the
newest figures of its indicator. Such a series

- is no vintage: `Panel.series_as_of` never gives it, and backtests, scores and
  outcomes, which know nothing else, never see it;
- says so (`Series.demonstration`), and so does whatever is made of it;
- ends with the last month that was over on the day of the view, and months that
  were printed stay as printed;
- gives way as soon as figures published up to that day stand on their own: the
  last twelve months that they speak of all covered, and not older than a year.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from data.vintages.conditions import covered_months
from data.vintages.derive import known_months, lined_up, with_published
from data.vintages.disaggregate import Contradiction, Reconstruction, reconstruct
from data.vintages.figures import Figure
from data.vintages.observation import UNDATED
from data.vintages.panel import Panel
from models.errors import NoObservations
from models.series import Month, Series

YEAR = 12  # months of printed figures without a gap that stand on their own
FEWEST = 4  # months that figures must cover, of the last twelve and of the twelve before


def series_to_project(panel: Panel, kpi: str, day: date) -> Series:
    """What a projection starts from: the series as of a day, or its demonstration.

    Raises
    ------
    NoObservations
        If there is neither; the message says what is missing.
    """
    if panel.definition(kpi).demonstration and not stands(panel, kpi, day):
        return demonstration_as_of(panel, kpi, day)
    return panel.series_as_of(kpi, day)


def stands(panel: Panel, kpi: str, day: date) -> bool:
    """Whether figures published up to a day cover twelve months, none of them long ago."""
    figures = panel.newest(kpi, day)
    known = known_months(panel.definition(kpi).kind, figures)
    covered = covered_months(known, figures)
    last = max(covered, default=0)
    recent = last > last_month_over(day).ordinal - YEAR
    return recent and covered.issuperset(range(last - YEAR + 1, last + 1))


def demonstration_as_of(panel: Panel, kpi: str, day: date) -> Series:
    """A KPI's months up to a day, reconstructed with all that was published since.

    Raises
    ------
    NoObservations
        If even so there is no basis.
    """
    definition = panel.definition(kpi)
    if not definition.traits.spread_over_months:
        raise NoObservations(
            f"{panel.family}/{kpi}: only sums and averages are reconstructed with later "
            f"information, found kind '{definition.kind}'. Load its months."
        )
    last = last_month_over(day).ordinal
    now = _covered(panel, kpi).intersection(range(last - YEAR + 1, last + 1))
    before = _comparable(panel, kpi).intersection(range(last - 2 * YEAR + 1, last - YEAR + 1))
    if min(len(now), len(before)) < FEWEST:
        raise NoObservations(
            f"{panel.family}/{kpi}: published figures, whenever they were printed, cover "
            f"{len(now)} of the {YEAR} months up to {last_month_over(day)} and {len(before)} of "
            f"the {YEAR} before; even a reconstruction needs {FEWEST} of each. Load its months, "
            "or its cumulative or quarterly figures."
        )
    known, found = _everything(panel, kpi)
    months = {month: figure for month, figure in known.items() if month <= last}
    if found is not None:
        found = replace(found, months={m: one for m, one in found.months.items() if m <= last})
    series = lined_up(f"{panel.family}/{kpi}", definition, months, found, day)
    return replace(with_published(series, panel.newest(kpi, day)), demonstration=True)


def labelled(panel: Panel, kpis: Sequence[str], day: date) -> frozenset[str]:
    """The KPIs of a plan whose answers for a day carry the label of a demonstration.

    All of them, while one is reconstructed with later information; only those
    whose own figures have taken its place do without.
    """
    meant = [kpi for kpi in kpis if panel.definition(kpi).demonstration]
    own = {kpi for kpi in meant if stands(panel, kpi, day)}
    return frozenset(kpis) - own if len(own) < len(meant) else frozenset()


def contradictions(panel: Panel, kpi: str, day: date) -> tuple[Contradiction, ...]:
    """Figures that cannot all be met, of those that the KPI's answer for a day rests on."""
    if panel.definition(kpi).demonstration and not stands(panel, kpi, day):
        _, found = _everything(panel, kpi)
        return found.contradictions if found else ()
    return panel.contradictions(kpi, day)


def last_month_over(day: date) -> Month:
    """The last month that had ended by the end of a day."""
    month = Month(day.year, day.month)
    return month if day == month.last_day else month.plus(-1)


def _covered(panel: Panel, kpi: str) -> set[int]:
    """Months that any figure covers, whenever it was printed."""
    figures = panel.newest(kpi, UNDATED)
    return covered_months(known_months(panel.definition(kpi).kind, figures), figures)


def _comparable(panel: Panel, kpi: str) -> set[int]:
    """Months that figures cover, of the KPI or of those in the family that it follows."""
    covered = _covered(panel, kpi)
    near = [_comparable(panel, name) for name in panel.definition(kpi).related if "/" not in name]
    return covered | set.intersection(*near) if near else covered


def _everything(panel: Panel, kpi: str) -> tuple[dict[int, Figure], Reconstruction | None]:
    """Months known from any figure, and those found up to the end of the indicator."""
    definition, figures = panel.definition(kpi), panel.newest(kpi, UNDATED)
    known = known_months(definition.kind, figures)
    if definition.indicator is None:
        return known, reconstruct(known, figures, definition.kind)
    helper = panel.helper(definition, _whole)
    return known, reconstruct(known, figures, definition.kind, lambda: helper, whole=True)


def _whole(panel: Panel, kpi: str) -> Series:
    """An indicator's months with all that is known of it today, as far as none is missing."""
    definition = panel.definition(kpi)
    if not definition.demonstration:
        return panel.series_as_of(kpi, UNDATED)
    known, found = _everything(panel, kpi)
    if found is not None:
        end = max(found.months)
        while end + 1 in known:
            end += 1
        known = {month: figure for month, figure in known.items() if month <= end}
    return lined_up(f"{panel.family}/{kpi}", definition, known, found, UNDATED)
