"""Monthly reports of the illustrative history: first estimates, restatements, growth.

Each report prints, per KPI, the first estimate of its month, the restated month before,
the year to date, both growths on last year, and in January the plan of the year; of the
production index only growth. Parts add up to their totals in every report.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from data.samples.lang_son.assumptions import ASSUMED, REMAINDERS, Assumed
from data.samples.lang_son.months import N_MONTHS
from data.samples.lang_son.printed import FIRST, Condition
from data.vintages.observation import Form, Observation
from models.paths import generator
from models.series import FigureStatus, Month

Array = NDArray[np.float64]
SOURCE = "Báo cáo tháng minh họa, {month}; xem SOURCE.md"
_SEED = "lang-son illustrative, edition 1"
TO_A_DAY = ("customs_revenue", Month(2021, 2))  # of which only a figure to 22 February came
_LATEST = 27  # day of the month by which a report comes out
_TREES = (  # KPIs whose first estimates move together, the total first
    ("turnover", "exports", "turnover_customs", "exports_customs"),
    ("retail_sales_and_services", "retail_sales_goods", "hospitality"),
)


@dataclass(frozen=True)
class Vintages:
    """Months of the KPIs as restated and as first estimated, each of shape (84,)."""

    restated: Mapping[str, Array]
    first: Mapping[str, Array]


def published_on(month: Month) -> date:
    """The day of a month's report: the 27th, or the last working day before it."""
    day = date(month.year, month.month, _LATEST)
    return day - timedelta(days=max(0, day.weekday() - 4))


def vintages_of(
    months: Mapping[str, Array], printed: Mapping[str, Sequence[Condition]]
) -> Vintages:
    """First estimates beside the months; a month that ends a printed sum is not revised."""
    first: dict[str, Array] = {}
    followed = {kpi: tree[0] for tree in _TREES for kpi in tree}
    factors: dict[str, Array] = {}
    for kpi in (*ASSUMED, "exports_customs"):
        assumed = ASSUMED.get(kpi, ASSUMED["exports"])
        lead = followed.get(kpi, kpi)
        factors.setdefault(lead, _factors(lead, ASSUMED[lead], printed))
        first[kpi] = np.round(months[kpi] * factors[lead], assumed.digits)
    for kpi, (whole, *parts) in REMAINDERS.items():
        first[kpi] = np.round(first[whole] - sum(first[part] for part in parts), 2)
    return Vintages(months, first)


def _factors(kpi: str, assumed: Assumed, printed: Mapping[str, Sequence[Condition]]) -> Array:
    """First estimate ÷ restated figure, month by month."""
    noise = generator(_SEED, kpi, "first estimates").standard_normal(N_MONTHS)
    factors = np.exp(-assumed.bias + assumed.revision * noise)
    relatives = (kpi, *(part for tree in _TREES if kpi in tree for part in tree))
    for relative in relatives:
        for condition in printed.get(relative, ()):
            if condition.exact:
                factors[condition.span.stop - 1 - FIRST.ordinal] = 1.0
    return np.asarray(factors)


def reports(vintages: Vintages, plans: Mapping[tuple[str, int], float]) -> list[Observation]:
    """The figures of all monthly reports.

    Parameters
    ----------
    plans : (KPI, year) → plan of the year, printed in January's report
    """
    found: list[Observation] = []
    for kpi in vintages.restated:
        for place in range(N_MONTHS):
            month = FIRST.plus(place)
            day, source = published_on(month), SOURCE.format(month=month)
            for at, form, value, status in _printed(vintages, kpi, place, plans):
                if (kpi, month) == TO_A_DAY and at == month:
                    continue
                found.append(Observation(kpi, at, form, value, status, day, source))
    return found


def _printed(
    vintages: Vintages, kpi: str, place: int, plans: Mapping[tuple[str, int], float]
) -> Iterator[tuple[Month, Form, float, FigureStatus]]:
    """What one report prints of one KPI: month, form, value, status."""
    month = FIRST.plus(place)
    if month.month == 1 and (kpi, month.year) in plans:
        yield month, "plan", plans[kpi, month.year], "illustrative"
    if kpi == "iip":
        yield from _rates_of_index(vintages.restated[kpi], place)
        return
    restated, first = vintages.restated[kpi], vintages.first[kpi]
    january = place - month.month + 1
    if place:
        yield month.plus(-1), "month", float(restated[place - 1]), "illustrative"
    yield month, "month", float(first[place]), "illustrative_first"
    to_date = float(np.round(restated[january:place].sum() + first[place], 2))
    if month.month > 1:
        yield month, "year_to_date", to_date, "illustrative_first"
    if place >= 12:
        rate = _rate(first[place], restated[place - 12])
        yield month, "rate_on_year", rate, "illustrative_first"
        if month.month > 1:
            before = restated[january - 12 : place - 11].sum()
            yield month, "rate_to_date", _rate(to_date, before), "illustrative_first"


def _rates_of_index(index: Array, place: int) -> Iterator[tuple[Month, Form, float, FigureStatus]]:
    month = FIRST.plus(place)
    january = place - month.month + 1
    status: FigureStatus = "illustrative_first"
    if place:
        yield month, "rate_on_month", _rate(index[place], index[place - 1]), status
    if place >= 12:
        yield month, "rate_on_year", _rate(index[place], index[place - 12]), status
    if place >= 12 and month.month > 1:
        now, before = index[january : place + 1], index[january - 12 : place - 11]
        yield month, "rate_to_date", _rate(now.sum(), before.sum()), status


def _rate(now: float, before: float) -> float:
    """Per cent, 100 = unchanged, to two decimals."""
    return float(round(100 * now / before, 2))
