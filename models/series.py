"""A KPI's months as known on a date: the models' only input."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.errors import InvalidMonth
from models.kinds import Kind, KindTraits, traits_of

FigureStatus = Literal[
    "final",
    "restated",
    "estimate",
    "derived",
    "reconstructed",
    "illustrative",  # made up for a sample, as restated
    "illustrative_first",  # made up for a sample, as first estimated
]
SETTLED: tuple[FigureStatus, ...] = ("final", "restated", "illustrative")
FIRST_ESTIMATES: tuple[FigureStatus, ...] = ("estimate", "illustrative_first")
ILLUSTRATIVE: tuple[FigureStatus, ...] = ("illustrative", "illustrative_first")

_MONTH = re.compile(r"^(\d{4})-(\d{2})$")


class Month(NamedTuple):
    """A calendar month, ordered, printed as YYYY-MM."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> Month:
        """Read 'YYYY-MM'; raise `InvalidMonth` otherwise."""
        match = _MONTH.match(text.strip())
        if not match or not 1 <= int(match[2]) <= 12:
            raise InvalidMonth("expected a month as YYYY-MM, found '{text}'.", text=text)
        return cls(int(match[1]), int(match[2]))

    @classmethod
    def from_ordinal(cls, ordinal: int) -> Month:
        return cls(ordinal // 12, ordinal % 12 + 1)

    @property
    def ordinal(self) -> int:
        """Months since year 0, so that differences count months."""
        return self.year * 12 + self.month - 1

    @property
    def last_day(self) -> date:
        return date(self.year, self.month, calendar.monthrange(self.year, self.month)[1])

    def plus(self, months: int) -> Month:
        return Month.from_ordinal(self.ordinal + months)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


@dataclass(frozen=True)
class Nowcast:
    """Why the last months of a series are estimates: they are late, or known to a day.

    Attributes
    ----------
    since, day : first and last day of the printed figure; of a late month, of the month
    printed : the figure, in the KPI's unit; of a late month 0
    share : share of the estimated months that the figure usually covers, 0 to 1
    rest : what is still to come of them, median, in the KPI's unit
    spread : standard deviation of its logarithm
    siblings : slugs of the KPIs that a late month was estimated from
    gain : share of the mean error of past months that such estimates took off
    left : a total and its other parts, which leave the late month; then there are no siblings
    """

    since: date
    day: date
    printed: float
    share: float
    rest: float
    spread: float
    siblings: tuple[str, ...] = ()
    gain: float = 0.0
    left: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Series:
    """A KPI as known at a vintage; immutable.

    Attributes
    ----------
    key : str, 'family/kpi'; also seeds random draws
    kind : how a year is made of months
    unit : str, unit of `values` (for kind 'growth': of the outcome, per cent)
    start : first month of `values`
    values : array, shape (n_months,), in `unit`; NaN is a gap. For kind
        'growth' an index (any base) whose yearly sums' ratios are the rates;
        for kind 'ratio' the numerator
    status : per month, None for a gap
    as_of : the vintage date; no later publication is included
    to_date : published cumulative figure from January through the cutoff: a sum
        for kinds 'flow', 'count' and 'average', the ratio itself for 'ratio', the
        cumulative rate in per cent for 'growth', unused for 'closing'. It takes
        precedence over the months. None: aggregate the months
    to_date_status : status of `to_date`
    base : array, shape (12,), the year before the cutoff's year as best known
        at this vintage (printed year to date ÷ printed rate where a rate was
        printed), in the unit of `values`; NaN where unknown
    base_status : 'restated' where taken from printed figures, 'derived' where a
        printed rate implies it
    denominator : for kind 'ratio' only, array like `values`
    doubt : array, shape (n_months, n_directions), of a series with reconstructed
        months: `values + doubt @ z` with z standard normal is another history that the
        printed figures allow (see `models.disaggregation.reconstruction`); None otherwise
    unfinished : share of the last month that was still to come when its estimate was
        published, 0 to 1; 0 if the month was over or nearly so
    nowcast : set if the last months follow from a figure to a day
        (`models.disaggregation.to_a_day`)
    floor : what the year to date had reached by a printed day; no path may be below it
    """

    key: str
    kind: Kind
    unit: str
    start: Month
    values: NDArray[np.float64]
    status: tuple[FigureStatus | None, ...]
    as_of: date
    to_date: float | None = None
    to_date_status: FigureStatus | None = None
    base: NDArray[np.float64] = field(default_factory=lambda: np.full(12, np.nan))
    base_status: FigureStatus | None = None
    denominator: NDArray[np.float64] | None = None
    doubt: NDArray[np.float64] | None = None
    unfinished: float = 0.0
    nowcast: Nowcast | None = None
    floor: float | None = None

    def __post_init__(self) -> None:
        for name in ("values", "base", "denominator", "doubt"):
            array = getattr(self, name)
            if array is None:
                continue
            frozen = np.array(array, dtype=float)
            frozen.flags.writeable = False
            object.__setattr__(self, name, frozen)
        months = len(self.values)
        if len(self.status) != months:
            raise ValueError(f"{self.key}: {months} values, {len(self.status)} statuses")
        if self.denominator is not None and len(self.denominator) != months:
            raise ValueError(f"{self.key}: {months} values, {len(self.denominator)} denominators")
        if len(self.base) != 12:
            raise ValueError(f"{self.key}: 12 months of the year before, found {len(self.base)}")

    @property
    def traits(self) -> KindTraits:
        """The traits of its kind."""
        return traits_of(self.kind)

    @property
    def cutoff(self) -> Month:
        """The last month observed."""
        return self.start.plus(len(self.values) - 1)

    @property
    def year(self) -> int:
        """The year to be projected: that of the cutoff."""
        return self.cutoff.year

    @property
    def months_known(self) -> int:
        """Months of `year` observed, 1 to 12."""
        return self.cutoff.month

    @property
    def horizon(self) -> int:
        """Months of `year` still to come, 0 to 11."""
        return 12 - self.months_known

    @property
    def provisional(self) -> bool:
        """Whether the last month is an estimate, which the next report will revise."""
        return bool({self.status[-1], self.to_date_status}.intersection(FIRST_ESTIMATES))

    def until(self, month: Month) -> Series:
        """The months up to `month`, without a year to date; `base` is unchanged."""
        length = month.ordinal - self.start.ordinal + 1
        return replace(
            self,
            values=self.values[:length],
            status=self.status[:length],
            to_date=None,
            to_date_status=None,
            denominator=None if self.denominator is None else self.denominator[:length],
            doubt=None if self.doubt is None else self.doubt[:length],
            unfinished=0.0,
            nowcast=None,
            floor=None,
        )

    def calendar_year(self, year: int) -> NDArray[np.float64]:
        """The twelve months of a year, shape (12,); NaN where not in the series."""
        months = np.full(12, np.nan)
        first = Month(year, 1).ordinal - self.start.ordinal
        for month in range(12):
            if 0 <= first + month < len(self.values):
                months[month] = self.values[first + month]
        return months
