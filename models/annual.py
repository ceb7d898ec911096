"""From monthly paths to the distribution of the year's outcome."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.disaggregation.reconstruction import draw_histories
from models.disaggregation.to_a_day import drawn_rest
from models.errors import CannotForecast
from models.kinds import Kind, KindTraits, traits_of
from models.paths import Paths, generator
from models.revisions import NO_REVISION, Revision, draw_revisions, of_unfinished_month
from models.series import ILLUSTRATIVE, FigureStatus, Month, Series
from models.year_months import denominators, months_known, year_months

Array = NDArray[np.float64]

# from the firmest to the least firm
_FIRMNESS: tuple[FigureStatus, ...] = (
    "final",
    "restated",
    "estimate",
    "derived",
    "reconstructed",
    *ILLUSTRATIVE,  # last, so that nothing made up passes for a figure
)
BaseStatus = FigureStatus | Literal["projected"]
WHOLE = slice(0, 12)  # all months of a year
BASE_SPREAD = 1.5  # of the share of a revision that reaches the months to come
LEAST_REVISION = 1e-6  # relative; less is rounding
CARRY = 0.3  # power with which the months after a late one follow its draw


@dataclass(frozen=True)
class Middle:
    """The figures shown for a year whose total and parts add up (`models.reconciliation`).

    Attributes
    ----------
    median, mean : near those of the paths, in the KPI's unit, rounded to `decimals` digits
    """

    median: float
    mean: float
    decimals: int

    def moved(self, median: float, mean: float) -> Middle:
        """The middle of a year whose paths' median and mean moved by so much."""
        return Middle(
            round(self.median + median, self.decimals),
            round(self.mean + mean, self.decimals),
            self.decimals,
        )


@dataclass(frozen=True, eq=False)
class AnnualDistribution:
    """The outcome of a year, or of some months of it, on every path.

    Attributes
    ----------
    kind, unit : of the series; the outcome of kind 'growth' is in per cent
    year, months_known : int; all months are known once the year is over
    first_month : first month covered, 1 to 12; `n_months` are covered
    known : array, shape (n_paths,), the outcome if the remaining months added
        nothing, in `unit`; the same on every path unless a month is missing,
        reconstructed or an estimate
    revision : array, shape (n_paths,), drawn effect on `known` of revising the last
        month; 0 unless that month is an estimate
    observed : array, shape (months_known,), the months known, in the unit of
        `months`; the median of the draws for a missing month
    months : array, shape (n_paths, n_months − months_known), the remaining months, in
        the unit of `series.values` (kind 'ratio': the monthly ratio)
    response : array, shape as `months`, what one unit of a month adds to the outcome
    base : array, shape (n_paths,), last year's outcome over the same months, in
        `unit` (100 for kind 'growth'); NaN where last year is not known
    base_status : status of `base`; 'projected' while last year is not over, None
        where it is not known
    last_year : array, shape (n_paths, n_months), last year's months, in the unit of
        `months`; the same on every path unless some are missing, reconstructed or
        still to come
    actual_to_date : the published figure for the year to date (average: mean of
        the months; closing: the last level); None if unavailable
    data_status : status of `actual_to_date`
    non_negative : no month of the history is below zero, so no projected month may be
    middle : what is shown in place of median and mean in a reconciled family, else None
    reached : what the outcome had reached by a printed day, of which the last months known
        are a nowcast; None if they were printed
    """

    kind: Kind
    unit: str
    year: int
    months_known: int
    known: Array
    revision: Array
    observed: Array
    months: Paths
    response: Paths
    base: Array
    base_status: BaseStatus | None
    last_year: Paths
    actual_to_date: float | None
    data_status: FigureStatus | None
    non_negative: bool
    first_month: int = 1
    middle: Middle | None = None
    reached: float | None = None

    @property
    def traits(self) -> KindTraits:
        """The traits of its kind."""
        return traits_of(self.kind)

    @property
    def n_months(self) -> int:
        """Months covered, 12 for a year."""
        return int(self.last_year.shape[1])

    @property
    def over(self) -> bool:
        """Whether all months are known."""
        return self.months_known == self.n_months

    @property
    def settled(self) -> bool:
        """Whether all months were printed."""
        return self.over and self.reached is None

    @property
    def sure(self) -> Array:
        """What the outcome has reached, whatever is still to come of a nowcast month."""
        return self.known if self.reached is None else np.full(len(self.known), self.reached)

    @property
    def rest(self) -> Array:
        """What the remaining months add to the outcome, shape (n_paths,), in `unit`."""
        return np.asarray((self.months * self.response).sum(axis=1), dtype=float)

    @property
    def samples(self) -> Array:
        """The year's outcome, shape (n_paths,), in `unit`."""
        return self.known + self.rest

    @property
    def growth(self) -> Array:
        """Growth of the outcome on last year, shape (n_paths,), per cent; NaN without a base."""
        if self.traits.outcome_is_rate:
            return self.samples
        base = np.where(self.base > 0, self.base, np.nan)
        return np.asarray(100.0 * (self.samples / base - 1.0), dtype=float)

    @property
    def mean(self) -> float:
        return float(self.samples.mean())

    @property
    def median(self) -> float:
        return float(np.median(self.samples))

    @property
    def shown_median(self) -> float:
        """The median, of a reconciled family that of its middle."""
        return self.median if self.middle is None else self.middle.median

    @property
    def shown_mean(self) -> float:
        """The mean, of a reconciled family that of its middle."""
        return self.mean if self.middle is None else self.middle.mean

    def quantile(self, levels: float | Sequence[float]) -> Array:
        """Quantiles of the outcome, shape of `levels`, in `unit`."""
        return np.asarray(np.quantile(self.samples, levels), dtype=float)

    def interval(self, coverage: float) -> tuple[float, float]:
        """The central interval with `coverage` (0 to 1) of the paths, in `unit`."""
        low, high = self.quantile([(1 - coverage) / 2, (1 + coverage) / 2])
        return float(low), float(high)


def annual_distribution(
    series: Series,
    paths: Paths,
    *,
    year: int | None = None,
    rng: np.random.Generator | None = None,
    revision: Revision = NO_REVISION,
) -> AnnualDistribution:
    """The year's outcome on every path.

    Parameters
    ----------
    series : Series
    paths : array, shape (n_paths, horizon), joint futures from the month after
        the cutoff at least to December of `year`; for kind 'ratio' of the
        monthly ratio, otherwise in the unit of `series.values`
    year : the year to project; default the cutoff's. A later year has no known
        month yet, an earlier year is finished
    rng : draws the missing months that no published figure to date covers; default
        seeded by the series' name and vintage
    revision : the KPI's usual revision of first estimates. It is drawn if the last
        month is an estimate, and wider if that month was unfinished. A finished year
        is settled on its estimate, once December is over too

    Raises
    ------
    CannotForecast
        For milestones, and when the year to date is not known: a month of it is
        missing, and neither a published figure nor an earlier month fills it.
    ValueError
        If the paths end before December of `year`.

    Notes
    -----
    The kind decides how months make a year (`models.kinds.YearRule`). A published year
    to date replaces the months known: as their sum (flow, count, average), as their
    ratio on the denominators (`models.year_months`), as the cumulative rate × last
    year's months (growth; a finished year is December's rate).
    """
    if series.traits.ticked_off:
        raise CannotForecast(f"{series.key} is a list of milestones; it has no months to project.")
    chosen = series.year if year is None else year
    needed = Month(chosen, 12).ordinal - series.cutoff.ordinal
    if paths.shape[1] < needed:
        raise ValueError(
            f"{series.key}: {needed} months to December {chosen}, paths of {paths.shape[1]}"
        )
    rng = rng or generator(series.key, str(series.as_of), "gaps")
    n_known, n_paths = months_known(series, chosen), len(paths)
    histories = draw_histories(series, monthly_values(series), n_paths)
    ahead = paths if histories is None else paths * histories.level[:, None]
    months = _months(series, ahead, chosen, rng)
    observed = np.median(months[:, :n_known], axis=0)
    last_year = _months(series, ahead, chosen - 1, rng)
    if chosen == series.year:
        last_year = _revised_ahead(series, best_known(series, last_year))
    if histories is not None:
        months = months + histories.of_year(chosen)
        last_year = last_year + histories.of_year(chosen - 1)
    response = response_over(series, chosen, last_year)
    to_date = series.to_date if chosen == series.year else None
    known = _known(series.traits, months, last_year, response, n_known, to_date)
    if not np.isfinite(known).all():
        raise CannotForecast(
            f"{series.key}: the year to date is not known at cutoff {series.cutoff}. Add the "
            f"missing months of {chosen - 1} and {chosen}, or the published cumulative figure."
        )
    revised = _revision_of_last_month(series, revision, n_paths)
    months = _carried(series, months, n_known, revised)
    effect = np.zeros(n_paths)
    still_open = chosen == series.year and (series.unfinished or series.nowcast)
    if 0 < n_known < 12 or (n_known and still_open):
        effect = revised * response[:, n_known - 1]
    if chosen == series.year and series.floor is not None:
        effect = np.maximum(effect, series.floor - known)
    base = _base(series, chosen, last_year, paths, rng, revised)
    return AnnualDistribution(
        kind=series.kind,
        unit=series.unit,
        year=chosen,
        months_known=n_known,
        known=known + effect,
        revision=effect,
        observed=observed,
        months=_remaining(series.traits, months[:, n_known:]),
        response=response[:, n_known:],
        base=base,
        base_status=_base_status(series, chosen) if np.isfinite(base).any() else None,
        last_year=last_year,
        actual_to_date=year_to_date(series, chosen, last_year),
        data_status=status_to_date(series, chosen, n_known),
        non_negative=bool((series.values[np.isfinite(series.values)] >= 0).all()),
        reached=series.floor if series.nowcast and chosen == series.year else None,
    )


def _carried(series: Series, months: Paths, n_known: int, revised: Array) -> Paths:
    """The months, those after a late one that is drawn high or low moved with it by `CARRY`."""
    if series.nowcast is None or not series.nowcast.siblings or not series.nowcast.rest > 0:
        return months
    factor = (1.0 + revised / series.nowcast.rest) ** CARRY
    return np.hstack([months[:, :n_known], months[:, n_known:] * factor[:, None]])


def _months(series: Series, paths: Paths, year: int, rng: np.random.Generator) -> Paths:
    """The year's months on every path; monthly ratios for kind 'ratio'."""
    return year_months(monthly_values(series), series.start, paths, year, rng)


def monthly_values(series: Series) -> Array:
    """What the candidates forecast, shape (n_months,): the values, or the monthly ratio."""
    if series.denominator is None:
        return series.values
    usable = series.denominator != 0
    ratio = np.full(len(series.values), np.nan)
    np.divide(series.values, series.denominator, out=ratio, where=usable)
    return ratio


def best_known(series: Series, last_year: Paths) -> Paths:
    """Last year's months, replaced by `series.base` where available."""
    base = series.base
    if series.denominator is not None:
        divisor = denominators(series, series.year - 1)
        base = np.divide(base, divisor, out=np.full(12, np.nan), where=divisor != 0)
    return np.where(np.isfinite(base), base, last_year)


def _revised_ahead(series: Series, last_year: Paths) -> Paths:
    """Last year's months, those of the months to come with the revision not yet printed.

    This year's reports imply a revision of last year's same months (`Series.base`). Its
    share that reaches the remaining months of last year is drawn: normal around the share
    of the year that is known, with standard deviation `BASE_SPREAD`.
    """
    n_known = series.months_known
    before = replace(series, values=monthly_values(series)).calendar_year(series.year - 1)
    known = np.isfinite(series.base[:n_known]) & np.isfinite(before[:n_known])
    unrevised = float(before[:n_known][known].sum())
    if series.denominator is not None or not known.any() or unrevised <= 0:
        return last_year
    revision = float(series.base[:n_known][known].sum()) / unrevised - 1.0
    if abs(revision) <= LEAST_REVISION:
        return last_year
    rng = generator(series.key, str(series.as_of), "base")
    share = n_known / 12 + BASE_SPREAD * rng.standard_normal(len(last_year))
    factor = np.maximum(1.0 + revision * share, 0.0)
    revised = last_year.copy()
    revised[:, n_known:] *= factor[:, None]
    return revised


def _remaining(traits: KindTraits, months: Paths) -> Paths:
    return np.rint(np.maximum(months, 0.0)) if traits.whole_numbers else months


def response_over(series: Series, year: int, last_year: Paths, months: slice = WHOLE) -> Paths:
    """What one unit of each month adds to the outcome over `months`, shape (n_paths, n_months)."""
    return series.traits.year.response(last_year[:, months], _divisors(series, year, months))


def _divisors(series: Series, year: int, months: slice) -> Array:
    """Denominators of some months of a year; ones for a kind without denominator."""
    whole = denominators(series, year) if series.traits.has_denominator else np.ones(12)
    return whole[months]


def _known(
    traits: KindTraits,
    months: Paths,
    last_year: Paths,
    response: Paths,
    n_known: int,
    to_date: float | None,
) -> Array:
    """The outcome if the remaining months added nothing, shape (n_paths,)."""
    summed = np.asarray((months * response)[:, :n_known].sum(axis=1), dtype=float)
    published = None
    if to_date is not None and n_known:
        published = traits.year.known(to_date, last_year[:, :n_known], response[:, :n_known])
    return summed + traits.year.offset if published is None else published


def _revision_of_last_month(series: Series, revision: Revision, n_paths: int) -> Array:
    """Drawn revision of the last month, shape (n_paths,), in the unit of the months."""
    if series.nowcast is not None:
        drawn = drawn_rest(series.nowcast, series.key, str(series.as_of), n_paths)
        return np.rint(drawn) if series.traits.whole_numbers else drawn
    if not series.provisional:
        return np.zeros(n_paths)
    values = monthly_values(series)
    revision = of_unfinished_month(revision, series.unfinished, values)
    if revision == NO_REVISION:
        return np.zeros(n_paths)
    estimate = float(values[-1])
    rng = generator(series.key, str(series.as_of), "revision")
    drawn = draw_revisions(estimate, revision, n_paths, rng)
    if not (series.values < 0).any():
        drawn = np.maximum(drawn, -estimate)
    return np.rint(drawn) if series.traits.whole_numbers else drawn


def _base(
    series: Series,
    year: int,
    last_year: Paths,
    paths: Paths,
    rng: np.random.Generator,
    revised: Array,
) -> Array:
    """Last year's outcome on every path, shape (n_paths,); its December may be an estimate."""
    is_rate = series.traits.outcome_is_rate
    if not is_rate and year > series.year and series.to_date is not None:
        base = annual_distribution(series, paths, year=year - 1, rng=rng).samples
    else:
        base = base_over(series, year, last_year)
    if is_rate or series.cutoff != Month(year - 1, 12):
        return base
    return base + revised * response_over(series, year - 1, last_year)[:, 11]


def base_over(series: Series, year: int, last_year: Paths, months: slice = WHOLE) -> Array:
    """Last year's outcome over `months`, shape (n_paths,), from its twelve months."""
    return series.traits.year.base(last_year[:, months], _divisors(series, year - 1, months))


def _base_status(series: Series, year: int) -> BaseStatus | None:
    if year == series.year and series.base_status is not None:
        return series.base_status
    if months_known(series, year - 1) < 12:
        return "projected"
    return status_to_date(series, year - 1, 12)


def status_to_date(series: Series, year: int, n_known: int) -> FigureStatus | None:
    """Status of the year to date: the published figure's, else the least firm of its months."""
    if n_known == 0:
        return None
    if year == series.year and series.to_date is not None and series.to_date_status is not None:
        return series.to_date_status
    first = Month(year, 1).ordinal - series.start.ordinal
    seen = [series.status[place] for place in range(max(first, 0), first + n_known)]
    if first < 0 and not series.traits.adds_up:
        return "reconstructed"
    return least_firm(seen[-1:] if series.traits.last_month_only else seen)


def least_firm(statuses: Sequence[FigureStatus | None]) -> FigureStatus:
    """The least firm of months' statuses; a missing month counts as reconstructed."""
    return max((status or "reconstructed" for status in statuses), key=_FIRMNESS.index)


def year_to_date(series: Series, year: int, last_year: Paths) -> float | None:
    """The year to date as people read it; None if a month of it is missing.

    `last_year` has shape (n_paths, 12); only a growth without a published rate needs it.
    Figures that begin within the year and add up count from their first month.
    """
    n_known = months_known(series, year)
    if n_known == 0:
        return None
    months = monthly_values(series)
    first = Month(year, 1).ordinal - series.start.ordinal
    begins = first >= 0 or (series.traits.adds_up and first + n_known > 0)
    seen = months[max(first, 0) : first + n_known] if begins else np.array([np.nan])
    rule, value = series.traits.year, None
    if year == series.year and series.to_date is not None:
        value = rule.published(series.to_date, n_known)
    if value is None:
        divisors = _divisors(series, year, slice(0, n_known))
        value = rule.to_date(seen, last_year[:, :n_known], divisors)
    return value if np.isfinite(value) else None
