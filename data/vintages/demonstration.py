"""Months reconstructed with later information, for sample plans that demonstrate the service.

If too little is published for a month-by-month view of the past, a sample plan would
have nothing to show. A KPI with `demonstration` then has a second series: its months
reconstructed from all figures, including those published after the day of the view
and undated ones, with the newest figures of its indicator. Such a series

- is not a vintage: `Panel.series_as_of` never returns it, so backtests, scores and
  outcomes never use it;
- is labelled (`Series.demonstration`), and so is everything derived from it;
- ends with the last month that was over on the day of the view, and keeps printed
  months as printed;
- is replaced by the vintage's own series once the figures published up to that day
  cover twelve months without a gap, the last of them less than a year old.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from data.vintages.conditions import covered_months
from data.vintages.derive import known_months, series_from_months, with_published
from data.vintages.disaggregate import Contradiction, Reconstruction, reconstruct
from data.vintages.figures import Figure
from data.vintages.observation import UNDATED
from data.vintages.panel import Panel
from models.errors import NoObservations
from models.series import Month, Series

YEAR = 12  # months without a gap that the vintage's own figures must cover
FEWEST = 4  # months that figures must cover, of the last twelve and of the twelve before


def series_to_project(panel: Panel, kpi: str, day: date) -> Series:
    """The series that a projection starts from: as of a day, or its demonstration.

    Raises
    ------
    NoObservations
        If there is neither; the message says which figures are missing.
    """
    if panel.definition(kpi).demonstration and not has_own_year(panel, kpi, day):
        return demonstration_as_of(panel, kpi, day)
    return panel.series_as_of(kpi, day)


def has_own_year(panel: Panel, kpi: str, day: date) -> bool:
    """Whether figures published up to a day cover twelve recent months without a gap."""
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
        If even all figures cover too few months.
    """
    definition = panel.definition(kpi)
    if not definition.traits.spread_over_months:
        raise NoObservations(
            "{family}/{kpi}: only sums and averages are reconstructed with later "
            "information, found kind '{kind}'. Load its months.",
            family=panel.family,
            kpi=kpi,
            kind=definition.kind,
        )
    last = last_month_over(day).ordinal
    now = _covered(panel, kpi).intersection(range(last - YEAR + 1, last + 1))
    before = _comparable(panel, kpi).intersection(range(last - 2 * YEAR + 1, last - YEAR + 1))
    if min(len(now), len(before)) < FEWEST:
        raise NoObservations(
            "{family}/{kpi}: published figures, whenever they were printed, cover {now} "
            "of the {YEAR} months up to {day} and {before} of the {YEAR} before; even a "
            "reconstruction needs {FEWEST} of each. Load its months, or its cumulative "
            "or quarterly figures.",
            family=panel.family,
            kpi=kpi,
            now=len(now),
            YEAR=YEAR,
            day=last_month_over(day),
            before=len(before),
            FEWEST=FEWEST,
        )
    known, found = _everything(panel, kpi)
    months = {month: figure for month, figure in known.items() if month <= last}
    if found is not None:
        kept = {month: figure for month, figure in found.months.items() if month <= last}
        found = replace(found, months=kept)
    series = series_from_months(f"{panel.family}/{kpi}", definition, months, found, day)
    return replace(with_published(series, panel.newest(kpi, day)), demonstration=True)


def labelled(panel: Panel, kpis: Sequence[str], day: date) -> frozenset[str]:
    """The KPIs of a plan whose answers for a day carry the demonstration label.

    While any KPI is reconstructed with later information, all KPIs are labelled
    except demonstration KPIs that have figures of their own by now.
    """
    demonstrated = [kpi for kpi in kpis if panel.definition(kpi).demonstration]
    own = {kpi for kpi in demonstrated if has_own_year(panel, kpi, day)}
    return frozenset(kpis) - own if len(own) < len(demonstrated) else frozenset()


def contradictions(panel: Panel, kpi: str, day: date) -> tuple[Contradiction, ...]:
    """Contradictory figures among those that a KPI's answer for a day uses."""
    if panel.definition(kpi).demonstration and not has_own_year(panel, kpi, day):
        _, found = _everything(panel, kpi)
        return found.contradictions if found else ()
    return panel.contradictions(kpi, day)


def last_month_over(day: date) -> Month:
    """The last month that had ended by the end of a day."""
    month = Month(day.year, day.month)
    return month if day == month.last_day else month.plus(-1)


def _covered(panel: Panel, kpi: str) -> set[int]:
    """Months that any figure covers, whenever it was published."""
    figures = panel.newest(kpi, UNDATED)
    return covered_months(known_months(panel.definition(kpi).kind, figures), figures)


def _comparable(panel: Panel, kpi: str) -> set[int]:
    """Months that figures of the KPI cover, or figures of its indicator in the same family."""
    covered = _covered(panel, kpi)
    near = [_comparable(panel, name) for name in panel.definition(kpi).related if "/" not in name]
    return covered | set.intersection(*near) if near else covered


def _everything(panel: Panel, kpi: str) -> tuple[dict[int, Figure], Reconstruction | None]:
    """Months known from any figure, and those reconstructed up to the end of the indicator."""
    definition, figures = panel.definition(kpi), panel.newest(kpi, UNDATED)
    known = known_months(definition.kind, figures)
    if definition.indicator is None:
        return known, reconstruct(known, figures, definition.kind)
    indicator = panel.indicator_series(definition, _whole)
    return known, reconstruct(known, figures, definition.kind, lambda: indicator, whole=True)


def _whole(panel: Panel, kpi: str) -> Series:
    """An indicator's months from all figures known today, up to the first gap."""
    definition = panel.definition(kpi)
    if not definition.demonstration:
        return panel.series_as_of(kpi, UNDATED)
    known, found = _everything(panel, kpi)
    if found is not None:
        end = max(found.months)
        while end + 1 in known:
            end += 1
        known = {month: figure for month, figure in known.items() if month <= end}
    return series_from_months(f"{panel.family}/{kpi}", definition, known, found, UNDATED)
