"""From printed figures to a series, as known on a day.

The rules, for kinds whose year is a sum:

1. Of several figures for the same month and form, the latest published is used
   (`data.vintages.figures.newest`).
2. A month printed as restated or final stays as printed, and so does the last
   month, which is an estimate.
3. A month of which only the first estimate was printed takes the revision that
   the cumulative figures show: with C the cumulative figures and e the first
   estimates, month m becomes e(m) + [C(m+1) − e(m+1) − C(m)]. The months then
   add up to the newest cumulative figure. Such a month is `derived`.
4. A month that was not printed is the difference of two cumulative figures, also
   `derived`. A month below zero cannot be where nothing printed is: rules 2 to 4 and what
   becomes of it are in `data.vintages.printed_months`.
5. Other months that printed figures cover are found by temporal disaggregation
   (`data.vintages.disaggregate`): `derived` if the figures determine them, else
   `reconstructed`. A month that no figure covers stays a gap.

The published cumulative figure remains authoritative for the year to date,
whatever the months add up to. Rule 3 assigns a revision to the latest month before
the new one; spreading it over all months in proportion is less accurate, see
`experiments/revision_rule`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from data.plans.kpi import Kpi, ratio_factor
from data.vintages.disaggregate import Indicator, Reconstruction, reconstruct
from data.vintages.figures import Figure, Newest, unfinished_share, worst
from data.vintages.printed_months import printed_months
from models.errors import NoObservations
from models.kinds import Kind, traits_of
from models.series import FigureStatus, Month, Series

_BASE_ROUNDING = 0.0005  # relative; a smaller difference of the base is rounding of the rate
_BASE_BELIEVED = 0.5  # relative; a larger difference of the base is a printing error


def series_of(
    key: str, kpi: Kpi, figures: Newest, day: date, indicator: Indicator | None = None
) -> Series:
    """A KPI's months from its newest printed figures.

    Parameters
    ----------
    indicator : returns the series of the KPI's indicator as known on the same day

    Raises
    ------
    NoObservations
        If nothing was published for it up to that day.
    """
    if kpi.traits.known_by_rates:
        series = _growth_series(key, kpi, figures, day, indicator)
    else:
        known = known_months(kpi.kind, figures)
        found = reconstruct(known, figures, kpi.kind, indicator)
        series = with_published(series_from_months(key, kpi, known, found, day), figures)
    return replace(series, unfinished=unfinished_share(figures, series.cutoff))


def with_published(series: Series, figures: Newest) -> Series:
    """The series with the published year to date and the best known base of last year."""
    if not series.traits.adds_up:
        return series
    cumulative = _to_date(series, figures)
    base, base_status = _base(series, cumulative, figures)
    return replace(
        series,
        to_date=cumulative.value if cumulative else None,
        to_date_status=cumulative.status if cumulative else None,
        base=base,
        base_status=base_status,
    )


def known_months(kind: Kind, figures: Newest) -> dict[int, Figure]:
    """Month ordinal → figure: printed, or by rules 2 to 4; an index is chained from rates."""
    traits = traits_of(kind)
    if traits.known_by_rates:
        return _chained(figures)
    return printed_months(figures) if traits.adds_up else dict(figures.get("month", {}))


def series_from_months(
    key: str,
    kpi: Kpi,
    known: Mapping[int, Figure],
    found: Reconstruction | None,
    day: date,
) -> Series:
    """Known and reconstructed months as a series; raise `NoObservations` if there are none."""
    months = {**known, **(found.months if found else {})}
    if not months:
        raise NoObservations(
            "nothing was published for '{key}' up to {day}; load its figures.", key=key, day=day
        )
    start, values, status = _line_up(months)
    doubt = None
    if found is not None and found.doubt.any():
        doubt = np.zeros((len(values), found.doubt.shape[1]))
        for month in found.months:
            doubt[month - start.ordinal] = found.doubt[month - found.start]
    return Series(
        key=key,
        kind=kpi.kind,
        unit=kpi.unit,
        start=start,
        values=values,
        status=status,
        as_of=day,
        doubt=doubt,
    )


def total_of(key: str, kpi: Kpi, parts: Iterable[Series], day: date) -> Series:
    """The sum of the parts over the months that all parts have."""
    members = list(parts)
    start = max(part.start for part in members)
    end = min(part.cutoff for part in members)
    length = end.ordinal - start.ordinal + 1
    if length <= 0:
        raise NoObservations(
            "the parts of '{key}' have no month in common up to {day}.", key=key, day=day
        )

    def window(part: Series) -> slice:
        first = start.ordinal - part.start.ordinal
        return slice(first, first + length)

    values = np.sum([part.values[window(part)] for part in members], axis=0)
    status: tuple[FigureStatus | None, ...] = tuple(
        worst(month) if None not in month else None
        for month in zip(*(part.status[window(part)] for part in members), strict=True)
    )
    whole = all(part.cutoff == end and part.to_date is not None for part in members)
    return Series(
        key=key,
        kind=kpi.kind,
        unit=kpi.unit,
        start=start,
        values=values,
        status=status,
        as_of=day,
        to_date=float(sum(part.to_date or 0.0 for part in members)) if whole else None,
        to_date_status=worst(part.to_date_status for part in members) if whole else None,
        base=np.sum([part.base for part in members], axis=0),
        base_status=worst(part.base_status for part in members),
        unfinished=_unfinished([part for part in members if part.cutoff == end]),
        doubt=_side_by_side(
            [part.doubt[window(part)] for part in members if part.doubt is not None]
        ),
    )


def remainder_of(whole: Series, parts: Sequence[Series]) -> Series:
    """A total less its parts, over the months that all have; used as an indicator."""
    start = max(series.start for series in (whole, *parts))
    length = min(series.cutoff.ordinal for series in (whole, *parts)) - start.ordinal + 1
    if length <= 0:
        raise NoObservations("'{key}' and its parts have no month in common.", key=whole.key)

    def window(series: Series) -> slice:
        first = start.ordinal - series.start.ordinal
        return slice(first, first + length)

    return replace(
        whole,
        start=start,
        values=whole.values[window(whole)] - sum(part.values[window(part)] for part in parts),
        status=whole.status[window(whole)],
        to_date=None,
        to_date_status=None,
        doubt=None,
    )


def _unfinished(parts: Sequence[Series]) -> float:
    """The unfinished share of a total: that of its parts, weighted by their size in the month."""
    size = sum(abs(float(part.values[-1])) for part in parts)
    open_ = sum(part.unfinished * abs(float(part.values[-1])) for part in parts)
    return open_ / size if size > 0 else 0.0


def _side_by_side(doubts: Sequence[NDArray[np.float64]]) -> NDArray[np.float64] | None:
    """The doubt of a sum of parts with independent doubt."""
    return np.hstack(doubts) if doubts else None


def ratio_of(key: str, kpi: Kpi, numerator: Series, denominator: Series, day: date) -> Series:
    """A ratio's numerator with its denominator, over the months that both have.

    The numerator is multiplied by `data.plans.kpi.ratio_factor`, so that the quotient is in
    the ratio's unit.
    """
    factor = ratio_factor(kpi.unit)
    both = total_of(key, replace(kpi, kind="flow"), (numerator, denominator), day)
    first = both.start.ordinal
    begins = first - numerator.start.ordinal
    place = slice(begins, begins + len(both.values))
    above = numerator.values[place]
    below = denominator.values[first - denominator.start.ordinal :][: len(both.values)]
    return replace(
        both,
        kind=kpi.kind,
        unit=kpi.unit,
        values=factor * above,
        denominator=below,
        base=factor * numerator.base,
        to_date=None,
        to_date_status=None,
        doubt=None if numerator.doubt is None else factor * numerator.doubt[place],
    )


def _line_up(
    months: Mapping[int, Figure],
) -> tuple[Month, NDArray[np.float64], tuple[FigureStatus | None, ...]]:
    first, last = min(months), max(months)
    values = np.full(last - first + 1, np.nan)
    status: list[FigureStatus | None] = [None] * len(values)
    for ordinal, figure in months.items():
        values[ordinal - first] = figure.value
        status[ordinal - first] = figure.status
    return Month.from_ordinal(first), values, tuple(status)


def _to_date(series: Series, figures: Newest) -> Figure | None:
    """The published cumulative figure at the cutoff; in January the month itself.

    The January report restates December without a new cumulative figure; a finished
    year takes that revision.
    """
    cutoff = series.cutoff
    published = figures.get("year_to_date", {}).get(cutoff.ordinal)
    if published is None and cutoff.month == 1:
        published = figures.get("month", {}).get(cutoff.ordinal)
    return published


def _base(
    series: Series, cumulative: Figure | None, figures: Newest
) -> tuple[NDArray[np.float64], FigureStatus | None]:
    """Best known months of last year, scaled to the base to date that a printed rate implies."""
    base = series.calendar_year(series.year - 1)
    known = series.months_known
    rate = figures.get("rate_to_date", {}).get(series.cutoff.ordinal)
    if rate is None and known == 1:
        rate = figures.get("rate_on_year", {}).get(series.cutoff.ordinal)
    so_far = float(base[:known].sum())
    status = _base_status(series)
    if cumulative is None or rate is None or rate.value <= 0 or not so_far > 0:
        return base, status
    factor = cumulative.value / (rate.value / 100) / so_far
    if not _BASE_ROUNDING < abs(factor - 1) < _BASE_BELIEVED:
        return base, status
    base[:known] *= factor
    return base, "reconstructed" if status == "reconstructed" else "derived"


def _base_status(series: Series) -> FigureStatus | None:
    """Status of last year's months: restated, or reconstructed if any of them is."""
    first = Month(series.year - 1, 1).ordinal - series.start.ordinal
    status = series.status[max(first, 0) : max(first + 12, 0)]
    if "reconstructed" in status:
        return "reconstructed"
    return "restated" if any(status) else None


def _growth_series(
    key: str, kpi: Kpi, figures: Newest, day: date, indicator: Indicator | None
) -> Series:
    """An index chained from printed rates, its gaps filled by disaggregation."""
    to_date = figures.get("rate_to_date", {})
    index = known_months(kpi.kind, figures) or _base_year(figures, indicator)
    if not index:
        raise NoObservations(
            "no rate was published for '{key}' up to {day}; load its figures.", key=key, day=day
        )
    last = max(index.keys() | to_date.keys())
    whole = all(month in index for month in range(min(index), last + 1))
    found = None if whole else reconstruct(index, figures, "flow", indicator)
    series = series_from_months(key, kpi, index, found, day)
    rate = to_date.get(series.cutoff.ordinal)
    if rate is None and series.months_known == 1:
        rate = figures.get("rate_on_year", {}).get(series.cutoff.ordinal)
    base = series.calendar_year(series.year - 1)
    status = _base_status(series)
    return replace(
        series,
        to_date=rate.value - 100 if rate else None,
        to_date_status=rate.status if rate else None,
        base=base,
        base_status="derived" if status == "restated" else status,
    )


def _chained(figures: Newest) -> dict[int, Figure]:
    """An index chained from rates on last year; its first year from rates on the month before."""
    on_year = figures.get("rate_on_year", {})
    on_month = figures.get("rate_on_month", {})
    known = sorted({*on_year, *on_month})
    index = dict.fromkeys(known[:1], 100.0)
    for ordinal in range(known[0] + 1, known[-1] + 1) if known else ():
        if ordinal - 12 in index and ordinal in on_year:
            index[ordinal] = index[ordinal - 12] * on_year[ordinal].value / 100
        elif ordinal - 1 in index and ordinal in on_month:
            index[ordinal] = index[ordinal - 1] * on_month[ordinal].value / 100
    return {ordinal: Figure(value, "derived") for ordinal, value in index.items()}


def _base_year(figures: Newest, indicator: Indicator | None) -> dict[int, Figure]:
    """The base year of an index with cumulative rates only: mean 100, shaped by the indicator."""
    months = figures.get("rate_to_date")
    if not months:
        return {}
    year = Month.from_ordinal(min(months)).year - 1
    related = indicator() if indicator else None
    shape = np.ones(12) if related is None else related.calendar_year(year)
    if not (shape > 0).all():
        shape = np.ones(12)
    values = 100.0 * shape / shape.mean()
    first = Month(year, 1).ordinal
    return {first + place: Figure(float(values[place]), "reconstructed") for place in range(12)}
