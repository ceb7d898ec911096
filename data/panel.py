"""Everything printed about a plan family, in memory: what backtests run on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from data.derive import Figure, newest, ratio_of, series_of, total_of
from data.observation import Form, Kpi, Observation
from models.errors import NoObservations, UnknownKpi
from models.series import Month, Series


@dataclass(frozen=True)
class Panel:
    """A family's KPIs and observations; immutable.

    `series_as_of` is the only door from observations to models: what it returns
    on a day rests on publications up to that day alone.
    """

    family: str
    definitions: Mapping[str, Kpi]
    printed: Mapping[str, tuple[Observation, ...]]

    @classmethod
    def of(cls, family: str, kpis: Sequence[Kpi], observations: Iterable[Observation]) -> Panel:
        by_kpi: dict[str, list[Observation]] = {}
        for observation in observations:
            by_kpi.setdefault(observation.kpi, []).append(observation)
        return cls(
            family=family,
            definitions={kpi.slug: kpi for kpi in kpis},
            printed={kpi: tuple(figures) for kpi, figures in by_kpi.items()},
        )

    def kpis(self) -> tuple[str, ...]:
        """Slugs in the family's order."""
        return tuple(self.definitions)

    def definition(self, kpi: str) -> Kpi:
        try:
            return self.definitions[kpi]
        except KeyError:
            known = ", ".join(self.definitions)
            raise UnknownKpi(
                f"family '{self.family}' has no KPI '{kpi}'; it has {known}."
            ) from None

    def observations(self, kpi: str, day: date) -> tuple[Observation, ...]:
        """What was printed about a KPI up to a day, oldest first."""
        self.definition(kpi)
        known = (figure for figure in self.printed.get(kpi, ()) if figure.published <= day)
        return tuple(sorted(known, key=lambda figure: (figure.published, figure.month)))

    def vintages(self) -> tuple[date, ...]:
        """The days on which anything was published."""
        return tuple(sorted({f.published for figures in self.printed.values() for f in figures}))

    def series_as_of(self, kpi: str, day: date) -> Series:
        """A KPI as it was known on a day.

        Raises
        ------
        UnknownKpi
            If the family has no such KPI.
        NoObservations
            If nothing was published for it up to that day.
        """
        definition = self.definition(kpi)
        key = f"{self.family}/{kpi}"
        if definition.parts:
            parts = [self.series_as_of(part, day) for part in definition.parts]
            return total_of(key, definition, parts, day)
        if definition.kind == "ratio":
            if definition.numerator is None or definition.denominator is None:
                raise NoObservations(f"ratio '{key}' names no numerator and denominator.")
            above = self.series_as_of(definition.numerator, day)
            below = self.series_as_of(definition.denominator, day)
            return ratio_of(key, definition, above, below, day)
        return series_of(key, definition, self._newest(kpi, day), day)

    def outcome(self, kpi: str, year: int, day: date) -> float | None:
        """What a finished year became, as known on a day; None while it is not finished.

        A flow: the months' sum, which is the cumulative figure of the December
        report until January's report restates December. An average, a closing
        level and a ratio by their kind; growth: December's cumulative rate − 100.
        """
        try:
            series = self.series_as_of(kpi, day)
        except NoObservations:
            return None
        december = Month(year, 12)
        if series.cutoff < december:
            return None
        if series.kind == "growth":
            rate = self._newest(kpi, day).get("rate_to_date", {}).get(december.ordinal)
            return rate.value - 100 if rate else None
        months = series.calendar_year(year)
        if not np.isfinite(months).all():
            return series.to_date if series.cutoff == december else None
        if series.kind == "closing":
            return float(months[-1])
        if series.kind == "average":
            return float(months.mean())
        if series.kind == "ratio" and series.denominator is not None:
            first = Month(year, 1).ordinal - series.start.ordinal
            return float(months.sum() / series.denominator[first : first + 12].sum())
        if series.cutoff == december and series.to_date is not None:
            return series.to_date
        return float(months.sum())

    def _newest(self, kpi: str, day: date) -> dict[Form, dict[int, Figure]]:
        return newest(self.printed.get(kpi, ()), day)
