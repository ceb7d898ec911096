"""What came of a year, or of a part of it: December's estimate, and the figure since restated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np

from data.vintages.observation import UNDATED
from data.vintages.panel import Panel
from models.annual import AnnualDistribution, annual_distribution, status_to_date
from models.errors import CannotForecast, InvalidTarget, NoObservations
from models.paths import Paths
from models.pipeline import horizon
from models.series import FigureStatus, Month, Series
from models.targets.attainment import attainment_over
from models.targets.periods import WHOLE_YEAR, over_period, period_of
from models.targets.target import Target


@dataclass(frozen=True)
class Outcome:
    """What a KPI came to over a period.

    Attributes
    ----------
    value : in the KPI's unit
    day : when it was published
    status : of the figure
    """

    value: float
    day: date
    status: FigureStatus


@dataclass(frozen=True, eq=False)
class Came:
    """What came over a target's period: its first figure, and the one it was restated to.

    `final` is the figure with which the next year's December is compared; until then the
    newest that was published again, None without any. `over` is the period on the day of the
    first figure, whose last year is the base of a growth target.
    """

    first: Outcome
    final: Outcome | None
    over: AnnualDistribution

    @property
    def base(self) -> float | None:
        """Last year over the same period, 100 for kind 'growth'; None unless above zero."""
        base = float(self.over.base[0])
        return base if np.isfinite(base) and base > 0 else None

    def met(self, target: Target, *, final: bool = False) -> bool | None:
        """Whether the target was met; None if that cannot be said."""
        came = self.final if final else self.first
        return None if came is None else self.meets(target, came.value)

    def meets(self, target: Target, value: float) -> bool | None:
        """Whether such an outcome meets the target; None if that cannot be said."""
        found = attainment_over(_at(self.over, value), target)
        return None if found.probability is None else found.probability == 1.0


@dataclass(frozen=True, eq=False)
class Outcomes:
    """What came of a family's KPIs, as known on a day."""

    panel: Panel
    day: date

    @cached_property
    def _vintages(self) -> tuple[date, ...]:
        return tuple(one for one in self.panel.vintages() if one <= self.day)

    def of(self, kpi: str, year: int, period: str = WHOLE_YEAR) -> Came | None:
        """What came of a KPI over a period; None until it is over, or if it is in doubt.

        A period that is not whole months has no outcome.
        """
        try:
            months = period_of(period, year).months
        except InvalidTarget:
            months = None
        if months is None:
            return None
        last = Month(year, months[1])
        for day in self._since(last):
            found = self._on(kpi, year, months, day)
            if found is not None:
                first, over = found
                return Came(first, self._restated(kpi, year, months, first), over)
        return None

    def _since(self, last: Month) -> Iterator[date]:
        """The days on which the period may have become known, oldest first."""
        begins = date(last.year, last.month, 1)
        return (day for day in self._vintages if day >= begins)

    def _on(
        self, kpi: str, year: int, months: tuple[int, int], day: date
    ) -> tuple[Outcome, AnnualDistribution] | None:
        """What a period had come to on a day, and the period itself; None before it is over."""
        try:
            series = self.panel.series_as_of(kpi, day)
            last = Month(year, months[1])
            if series.cutoff < last or (series.cutoff == last and series.nowcast):
                return None
            annual = annual_distribution(series, _no_months(series, year), year=year)
            over = over_period(annual, series, *months)
        except (CannotForecast, NoObservations):
            return None
        if months == (1, 12):
            value = self.panel.outcome(kpi, year, day)
        elif series.traits.known_by_rates and series.year != year:
            value = None  # its rate to date is printed in its own year only
        else:
            value = over.median
        if value is None or not np.isfinite(value):
            return None
        status = status_to_date(series, year, months[1]) or "estimate"
        return Outcome(float(value), day, status), over

    def _restated(
        self, kpi: str, year: int, months: tuple[int, int], first: Outcome
    ) -> Outcome | None:
        """The figure since: the next December's last year, else the newest published again."""
        if not self.panel.definition(kpi).traits.outcome_is_rate:
            for day in self._since(Month(year + 1, 12)):
                found = self._on(kpi, year + 1, (1, 12), day) if months == (1, 12) else None
                if found is not None and np.isfinite(found[1].base[0]):
                    status = found[1].base_status
                    if status is None or status == "projected":
                        status = "derived"
                    return Outcome(float(found[1].base[0]), day, status)
        begins, ends = Month(year, months[0]), Month(year, months[1])
        later = {
            figure.published
            for source in self._sources(kpi)
            for figure in self.panel.printed.get(source, ())
            if begins <= figure.month <= ends and first.day < figure.published <= self.day
        }
        days = sorted(later - {UNDATED})
        again = self._on(kpi, year, months, days[-1]) if days else None
        return None if again is None else again[0]

    def _sources(self, kpi: str) -> Iterator[str]:
        """The KPIs of which a KPI's figures are made, itself among them."""
        yield kpi
        definition = self.panel.definition(kpi)
        for part in (*definition.parts, definition.numerator, definition.denominator):
            if part is not None:
                yield from self._sources(part)


def _no_months(series: Series, year: int) -> Paths:
    """A single path on which nothing more comes: only months known are looked at."""
    return np.zeros((1, horizon(series, year)))


def _at(over: AnnualDistribution, value: float) -> AnnualDistribution:
    """A period that is over, with another outcome."""
    return replace(
        over,
        known=np.array([value]),
        revision=np.zeros(1),
        base=over.base[:1],
        months=over.months[:1] * 0.0,
        response=over.response[:1],
        last_year=over.last_year[:1],
        reached=None,
    )
