"""Figures to a day: a nowcast of the months they end in, and a floor of the year to date.

"830.6 from 1 January to 22 February" says much about February before February is over. Ours:

- The share of the month that its days usually bring comes from the calendar: a working day
  counts once, a day off (weekend, public holiday, Tết) half. Earlier figures to a day of the
  same KPI, whose months are known by now, correct it and set its spread; while there are none,
  `USUAL` is assumed.
- The figure ÷ its share is one estimate of the months, last year's same months × recent growth
  another. They are combined by their variances, so that a figure of the first days moves little
  and one of the last days nearly settles the month; where they disagree, the spread grows by it.
- What is still to come of the last month is drawn log-normally and so never below zero: on every
  path the year to date is at least what was printed.
- A month printed later as settled takes the place of the nowcast. Until then every figure to a
  day remains a floor.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.paths import generator
from models.revisions import month_ahead_spread
from models.series import SETTLED, FigureStatus, Month, Nowcast, Series

Array = NDArray[np.float64]

DAY_OFF = 0.5  # weight of a day off against a working day
USUAL = 0.32  # spread of the log-odds of a share of one half: plus or minus 8 points
FAMILIAR = 4.0  # figures' worth of weight of `USUAL` against those of the KPI itself
WIDEST = 1.0  # spread of the logarithm of what is still to come
STEADY = 0.01  # least relative spread of last year × growth
GAP = 3  # most months without a figure before January
_GROWTH = 3  # months behind the recent growth
_FIRST, _LAST = 1901, 2100  # years whose holidays are known


class Printed(NamedTuple):
    """A figure of all days from `since` through `day`, in the KPI's unit."""

    since: date
    day: date
    value: float
    status: FigureStatus


def with_days(series: Series, printed: Sequence[Printed]) -> Series:
    """The series with the nowcast of its newest figure to a day, and its floor.

    Parameters
    ----------
    series : months as printed up to the cutoff
    printed : figures to a day known at the vintage, ordered by their last day

    Returns
    -------
    Series; its cutoff is the month in which the newest figure ends, if that lies ahead.
    Unchanged for kinds whose months do not add up, and if a month is below zero: then
    a share of a month says nothing. A figure must begin with the first day of a month
    """
    values = series.values[np.isfinite(series.values)]
    if not (series.traits.adds_up and series.traits.only_grows) or (values < 0).any():
        return series
    usable = [one for one in printed if one.since.day == 1 and one.since.year == one.day.year]
    ahead = [one for one in usable if _month(one.day) > series.cutoff]
    found = _with_nowcast(series, ahead[-1], usable) if ahead else series
    floors = [_reached(found, one) for one in usable if _open(found, one)]
    floor = max((one for one in floors if one is not None), default=None)
    return replace(found, floor=floor)


def drawn_rest(nowcast: Nowcast, key: str, seed: str, n_paths: int) -> Array:
    """What to add to the nowcast on each path, shape (n_paths,), never below −`nowcast.rest`."""
    drawn = generator(key, seed, "nowcast").standard_normal(n_paths)
    return np.asarray(nowcast.rest * np.expm1(nowcast.spread * drawn), dtype=float)


def share_of_month(day: date) -> float:
    """The share of a month that its days through `day` usually bring.

    Examples
    --------
    >>> round(share_of_month(date(2021, 2, 22)), 3), share_of_month(date(2021, 2, 28))
    (0.767, 1.0)
    """
    last = Month(day.year, day.month).last_day.day
    weights = [_weight(date(day.year, day.month, place + 1)) for place in range(last)]
    return sum(weights[: day.day]) / sum(weights)


def _with_nowcast(series: Series, newest: Printed, printed: Sequence[Printed]) -> Series:
    month, start = _month(newest.day), _month(newest.since)
    first = series.cutoff.plus(1)  # of the months that the figure tells of
    gap = max(0, start.ordinal - first.ordinal)
    if gap and (start.month != 1 or gap > GAP):
        return series
    first = max(first, start)
    known = _sum(series, start, first)
    if known is None or _before(series, start) is None:
        return series
    expected = _expected(series, first, month)
    covered = expected.copy()
    covered[-1] *= share_of_month(newest.day)
    share = float(covered.sum() / expected.sum())
    partial = newest.value - known
    if partial <= 0 or share <= 0:
        return series
    rest, spread = _rest(series, partial, share, float(expected.sum()), printed)
    if series.traits.whole_numbers:
        rest = float(np.rint(partial + rest) - partial)
    months = (partial + rest) * expected / expected.sum()
    nowcast = Nowcast(newest.since, newest.day, newest.value, share, rest, spread)
    to_date = (_before(series, start) or 0.0) + newest.value + rest
    return extended(series, np.r_[np.full(gap, np.nan), months], to_date, nowcast)


def extended(
    series: Series,
    months: Array,
    to_date: float,
    nowcast: Nowcast,
    floor: float | None = None,
) -> Series:
    """The series with further months that are estimates, shape (n_months,); NaN is a gap."""
    end = series.cutoff.plus(len(months))
    same_year = series.year == end.year
    values = np.concatenate([series.values, months])
    status: list[FigureStatus | None] = [
        "reconstructed" if known else None for known in np.isfinite(months)
    ]
    longer = replace(
        series,
        values=values,
        status=(*series.status, *status),
        doubt=None if series.doubt is None else _padded(series.doubt, len(values)),
        unfinished=0.0,
    )
    return replace(
        longer,
        to_date=to_date,
        to_date_status="reconstructed",
        base=series.base if same_year else longer.calendar_year(end.year - 1),
        base_status=series.base_status if same_year else None,
        nowcast=nowcast,
        floor=floor,
    )


def _rest(
    series: Series, partial: float, share: float, expected: float, printed: Sequence[Printed]
) -> tuple[float, float]:
    """What is still to come of the months, and the spread of its logarithm."""
    if share >= 1.0:
        return 0.0, 0.0
    shift, usual = _learned(series, printed)
    own = partial * (1.0 - share) / share * math.exp(shift * _scale(share))
    own_spread = usual / 2 * math.sqrt((1.0 - share) / share)
    seasonal_spread = max(month_ahead_spread(series.values), STEADY)
    trust = seasonal_spread**2 / (own_spread**2 + seasonal_spread**2)
    apart = math.log((partial + own) / max(expected, partial))
    total = (partial + own) * math.exp(-(1.0 - trust) * apart)
    rest = max(total - partial, own / 4)
    variance = trust * own_spread**2 + trust * (1.0 - trust) * apart**2
    spread = math.sqrt(variance) * (partial + rest) / rest
    return rest, min(spread, WIDEST)


def _learned(series: Series, printed: Sequence[Printed]) -> tuple[float, float]:
    """Mean and spread of past errors in the odds of what was to come, on the scale of `USUAL`.

    Of n figures, the mean is shrunk towards 0 and the spread towards `USUAL`.
    """
    errors = []
    for one in printed:
        month = _month(one.day)
        known = _sum(series, _month(one.since), month)
        place = month.ordinal - series.start.ordinal
        share = share_of_month(one.day)
        if known is None or not 0 <= place < len(series.values) or share >= 1.0:
            continue
        came, partial = float(series.values[place]), one.value - known
        if 0 < partial < came:
            odds = math.log((came - partial) / partial) - math.log((1.0 - share) / share)
            errors.append(odds / _scale(share))
    shift = sum(errors) / (len(errors) + FAMILIAR)
    squares = FAMILIAR * USUAL**2 + sum((error - shift) ** 2 for error in errors)
    return shift, math.sqrt(squares / (len(errors) + FAMILIAR))


def _scale(share: float) -> float:
    """Spread of the log-odds of a share against that of one half: days err independently."""
    return 0.5 / math.sqrt(share * (1.0 - share))


def _expected(series: Series, first: Month, last: Month) -> Array:
    """Months from `first` to `last` as last year's × recent growth, shape (n_months,)."""
    values = series.values
    known = values[np.isfinite(values)]
    usual = float(known[-12:].mean())
    recent, before = values[-_GROWTH:], values[-12 - _GROWTH : -12]
    growth = 1.0
    if len(before) == _GROWTH and np.isfinite([*recent, *before]).all() and before.sum() > 0:
        growth = float(recent.sum() / before.sum())
    found = []
    for ordinal in range(first.ordinal, last.ordinal + 1):
        place = ordinal - 12 - series.start.ordinal
        earlier = values[place] if 0 <= place < len(values) else np.nan
        found.append(growth * earlier if earlier > 0 and growth > 0 else max(usual, 1e-9))
    return np.array(found, dtype=float)


def _reached(series: Series, one: Printed) -> float | None:
    """The year to date through a printed day; None in another year, or if a month is missing."""
    before = _before(series, _month(one.since))
    return None if one.day.year != series.year or before is None else before + one.value


def _open(series: Series, one: Printed) -> bool:
    """Whether no settled figure of the month has taken the place of the one to a day."""
    place = _month(one.day).ordinal - series.start.ordinal
    return 0 <= place < len(series.values) and series.status[place] not in SETTLED


def _before(series: Series, month: Month) -> float | None:
    """The year to date before a month; None if a month of it is missing."""
    january = Month(month.year, 1)
    if month == series.cutoff.plus(1) and month > january and series.to_date is not None:
        return series.to_date
    return _sum(series, january, month)


def _sum(series: Series, first: Month, end: Month) -> float | None:
    """The sum of the months from `first` to the one before `end`; None if one is missing."""
    places = [one - series.start.ordinal for one in range(first.ordinal, end.ordinal)]
    if any(place < 0 or place >= len(series.values) for place in places):
        return None
    total = float(series.values[places].sum()) if places else 0.0
    return total if math.isfinite(total) else None


def _padded(doubt: Array, length: int) -> Array:
    return np.vstack([doubt, np.zeros((length - len(doubt), doubt.shape[1]))])


def _month(day: date) -> Month:
    return Month(day.year, day.month)


def _weight(day: date) -> float:
    return DAY_OFF if day.weekday() >= 5 or day in _holidays(day.year) else 1.0


@cache
def _holidays(year: int) -> frozenset[date]:
    """Public holidays of Vietnam; their dates are known for 1901 to 2100."""
    if not _FIRST <= year <= _LAST:
        return frozenset()
    import holidays

    return frozenset(holidays.country_holidays("VN", years=year))
