"""All printed figures of a plan family in memory, and its series as of any day."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

import numpy as np

from data.plans.kpi import Kpi
from data.vintages.comparison import identity
from data.vintages.dated import DatedFigure, through_month
from data.vintages.derive import known_months, ratio_of, remainder_of, series_of, total_of
from data.vintages.disaggregate import Contradiction, Indicator, reconstruct
from data.vintages.figures import Figure, Ranked, newest, ranked
from data.vintages.observation import UNDATED, Form, Observation
from data.vintages.printed_months import misprints
from models.disaggregation.to_a_day import Printed, with_days
from models.disaggregation.totals import EXACT
from models.errors import NoObservations, UnknownKpi
from models.reconciliation.relations import Relations
from models.series import ILLUSTRATIVE, Month, Series


@dataclass(frozen=True)
class Panel:
    """A family's KPIs and observations; immutable.

    `series_as_of` is the only way from observations to models: it uses only
    publications up to the given day. `elsewhere` holds the families whose KPIs serve as
    indicators here, and so may tell of a late month; `dated` the figures to a day within a
    month, ordered by that day.
    """

    family: str
    definitions: Mapping[str, Kpi]
    printed: Mapping[str, tuple[Observation, ...]]
    elsewhere: Mapping[str, Panel] = field(default_factory=dict)
    dated: Mapping[str, tuple[DatedFigure, ...]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        family: str,
        kpis: Sequence[Kpi],
        observations: Iterable[Observation],
        elsewhere: Iterable[Panel] = (),
        dated: Iterable[DatedFigure] = (),
    ) -> Panel:
        by_kpi: dict[str, list[Observation]] = {}
        for observation in observations:
            by_kpi.setdefault(observation.kpi, []).append(observation)
        to_days: dict[str, list[DatedFigure]] = {}
        for figure in sorted(dated, key=lambda one: (one.to_day, one.published)):
            whole = through_month(figure)
            if whole is None:
                to_days.setdefault(figure.kpi, []).append(figure)
            else:
                by_kpi.setdefault(figure.kpi, []).append(whole)
        return cls(
            family=family,
            definitions={kpi.slug: kpi for kpi in kpis},
            printed={kpi: tuple(figures) for kpi, figures in by_kpi.items()},
            elsewhere={panel.family: panel for panel in elsewhere},
            dated={kpi: tuple(figures) for kpi, figures in to_days.items()},
        )

    def figures(self) -> Iterator[Observation]:
        """All figures of the family in this panel."""
        for printed in self.printed.values():
            yield from printed

    def kpis(self) -> tuple[str, ...]:
        """Slugs in the family's order."""
        return tuple(self.definitions)

    def definition(self, kpi: str) -> Kpi:
        try:
            return self.definitions[kpi]
        except KeyError:
            known = ", ".join(self.definitions)
            raise UnknownKpi(
                "family '{family}' has no KPI '{kpi}'; it has {known}.",
                family=self.family,
                kpi=kpi,
                known=known,
            ) from None

    def parts_of(self, kpi: str) -> tuple[str, ...]:
        """The parts of a total whose year is the sum of theirs; () for any other KPI."""
        definition = self.definition(kpi)
        return definition.parts if definition.traits.adds_up else ()

    @cached_property
    def relations(self) -> Relations:
        """How the family's KPIs are tied, as its plans declare it."""
        kpis = self.definitions.values()
        printed = {kpi.slug: kpi.printed_parts for kpi in kpis if kpi.printed_parts}
        scopes = tuple((kpi.slug, others) for kpi in kpis for others in kpi.contains)
        return Relations(
            summed={kpi.slug: parts for kpi in kpis if (parts := self.parts_of(kpi.slug))},
            printed=printed,
            contains=scopes,
            decimals={kpi.slug: kpi.decimals for kpi in kpis},
        )

    def newest_months(self, day: date) -> dict[str, Month]:
        """KPI → the newest month of its figures on a day, without totals and ratios.

        KPIs of other families are 'family/slug'; of these illustrative ones are left out.
        """
        months: dict[str, Month] = {}
        for figure in self._up_to(day):
            months[figure.kpi] = max(figure.month, months.get(figure.kpi, figure.month))
        for family, other in self.elsewhere.items():
            drawn = other.illustrative(day)
            months |= {
                f"{family}/{kpi}": month
                for kpi, month in other.newest_months(day).items()
                if kpi not in drawn
            }
        return months

    def observations(self, kpi: str, day: date) -> tuple[Observation, ...]:
        """The figures of a KPI published up to a day, oldest first."""
        self.definition(kpi)
        known = (figure for figure in self.printed.get(kpi, ()) if figure.published <= day)
        return tuple(sorted(known, key=lambda figure: (figure.published, figure.month)))

    def vintages(self) -> tuple[date, ...]:
        """The days on which anything was published."""
        days = {figure.published for figure in self.figures()}
        days |= {figure.published for figures in self.dated.values() for figure in figures}
        return tuple(sorted(days - {UNDATED}))

    def hash(self, day: date) -> str:
        """SHA-256 of all figures that answers for a day use, whatever their order of entry."""
        lines = sorted("|".join(map(str, identity(figure))) for figure in self._up_to(day))
        lines += sorted(
            "|".join(map(str, (one.kpi, one.from_day, one.to_day, one.value, one.status)))
            for kpi in self.dated
            for one in self.to_days(kpi, day)
        )
        for name, other in sorted(self.elsewhere.items()):
            figures = other._up_to(day)
            lines += sorted("|".join((name, *map(str, identity(figure)))) for figure in figures)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def _up_to(self, day: date) -> Iterator[Observation]:
        return (figure for figure in self.figures() if figure.published <= day)

    def series_as_of(self, kpi: str, day: date) -> Series:
        """The series of a KPI as known on a day.

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
        if definition.traits.has_denominator:
            if definition.numerator is None or definition.denominator is None:
                raise NoObservations("ratio '{key}' names no numerator and denominator.", key=key)
            above = self.series_as_of(definition.numerator, day)
            below = self.series_as_of(definition.denominator, day)
            return ratio_of(key, definition, above, below, day)
        months = series_of(
            key, definition, self.newest(kpi, day), day, self._indicator(definition, day)
        )
        printed = [
            Printed(one.from_day, one.to_day, one.value, one.status)
            for one in self.to_days(kpi, day)
        ]
        return with_days(months, printed) if printed else months

    def to_days(self, kpi: str, day: date) -> tuple[DatedFigure, ...]:
        """Figures of a KPI to a day within a month, published up to `day`."""
        return tuple(one for one in self.dated.get(kpi, ()) if one.published <= day)

    def contradictions(self, kpi: str, day: date) -> tuple[Contradiction, ...]:
        """Contradictory figures published up to a day, found while deriving months."""
        definition, figures = self.definition(kpi), self.newest(kpi, day)
        known = known_months(definition.kind, figures)
        found = reconstruct(known, figures, definition.kind, self._indicator(definition, day))
        impossible = misprints(figures) if definition.traits.adds_up else ()
        return impossible + (found.contradictions if found else ())

    def illustrative(self, day: date) -> frozenset[str]:
        """The KPIs with a figure made up for illustration, or related to such a KPI, on a day."""
        found = {
            kpi
            for kpi, printed in self.printed.items()
            if any(one.status in ILLUSTRATIVE and one.published <= day for one in printed)
        }
        found |= {
            kpi
            for kpi in self.dated
            if any(one.status in ILLUSTRATIVE for one in self.to_days(kpi, day))
        }
        found |= {
            f"{family}/{kpi}"
            for family, other in self.elsewhere.items()
            for kpi in other.illustrative(day)
        }
        while more := {
            slug
            for slug, kpi in self.definitions.items()
            if slug not in found and not found.isdisjoint(_made_of(kpi))
        }:
            found |= more
        return frozenset(found.intersection(self.definitions))

    def located(self, indicator: str) -> tuple[Panel, str]:
        """The panel of a KPI, 'slug' or, of an indicator, 'family/slug', and its slug there.

        Raises
        ------
        NoObservations
            If that family is not loaded.
        """
        family, _, slug = indicator.rpartition("/")
        if family in ("", self.family):
            return self, slug
        if family not in self.elsewhere:
            raise NoObservations(
                "the indicator '{indicator}' has no figures: family '{family}' is not "
                "loaded. Import its plan and figures, or load the sample that has them.",
                indicator=indicator,
                family=family,
            )
        return self.elsewhere[family], slug

    def indicator_series(self, kpi: Kpi, series_of: Callable[[Panel, str], Series]) -> Series:
        """The series of a KPI's indicator; `series_of` gives the KPIs that it names.

        Raises
        ------
        NoObservations
            If one of these KPIs has no figures.
        """
        first, *others = (series_of(*self.located(name)) for name in kpi.related)
        return remainder_of(first, others) if others else first

    def outcome(self, kpi: str, year: int, day: date) -> float | None:
        """The outcome of a finished year, as known on a day; None before it is finished.

        A flow: the months' sum, which is the cumulative figure of the December
        report until January's report restates December. An average, a closing
        level and a ratio by their kind; growth: December's cumulative rate − 100.
        None if reconstructed months leave the outcome in doubt.
        """
        try:
            series = self.series_as_of(kpi, day)
        except NoObservations:
            return None
        return self.outcome_in(series, kpi, year)

    def outcome_in(self, series: Series, kpi: str, year: int) -> float | None:
        """The same of a KPI's series as known on a day, for who has it."""
        december = Month(year, 12)
        if series.cutoff < december or (series.cutoff == december and series.nowcast):
            return None
        if series.traits.known_by_rates:
            rates = self.newest(kpi, series.as_of).get("rate_to_date", {})
            rate = rates.get(december.ordinal)
            return rate.value - 100 if rate else None
        months = series.calendar_year(year)
        if _in_doubt(series, year):
            return None
        if not np.isfinite(months).all():
            return series.to_date if series.cutoff == december else None
        if series.denominator is not None:
            first = Month(year, 1).ordinal - series.start.ordinal
            return float(months.sum() / series.denominator[first : first + 12].sum())
        if series.traits.adds_up and series.cutoff == december and series.to_date is not None:
            return series.to_date
        return series.traits.year.combined(months)

    def newest(self, kpi: str, day: date) -> dict[Form, dict[int, Figure]]:
        """The printed figure in force on a day, by form and month ordinal."""
        return newest(self._ranked.get(kpi, ()), day)

    @cached_property
    def _ranked(self) -> dict[str, tuple[Ranked, ...]]:
        return {kpi: ranked(printed) for kpi, printed in self.printed.items()}

    def _indicator(self, kpi: Kpi, day: date) -> Indicator | None:
        """A function that returns a KPI's indicator as of the same day; None without indicator."""
        if kpi.indicator is None:
            return None

        def look_up() -> Series | None:
            try:
                return self.indicator_series(
                    kpi, lambda panel, slug: panel.series_as_of(slug, day)
                )
            except NoObservations:
                return None

        return look_up


def _made_of(kpi: Kpi) -> tuple[str | None, ...]:
    """The KPIs from which the figures of a KPI are computed, and those it is judged by."""
    return (*kpi.parts, kpi.numerator, kpi.denominator, kpi.index, *kpi.related)


def _in_doubt(series: Series, year: int) -> bool:
    """Whether reconstructed months leave a year's outcome open."""
    if series.doubt is None:
        return False
    first = Month(year, 1).ordinal - series.start.ordinal
    open_ = np.linalg.norm(series.doubt[max(first, 0) : first + 12].sum(axis=0))
    return bool(open_ > EXACT * np.abs(series.values[max(first, 0) : first + 12]).sum())
