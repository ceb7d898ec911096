"""Printed figures of several months, and printed rates, as conditions on months.

- A quarter, half-year, year or cumulative figure gives the sum of its months (of an
  average: their mean), once its last month has begun; printed earlier it is an
  expectation and is ignored.
- A rate gives the ratio of the months of a span to those of an earlier span. If one
  of the two was printed as a level, the rate gives the level of the other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from data.vintages.figures import RANK, Newest, known_since
from data.vintages.observation import Form, Observation
from models.series import Month

LEVELS: Mapping[Form, int | None] = {  # months of the span; None: since January
    "quarter": 3,
    "half": 6,
    "year": 12,
    "year_to_date": None,
}
RATES: Mapping[Form, tuple[int | None, int]] = {  # months of the span, lag of the earlier span
    "rate_on_year": (1, 12),
    "rate_to_date": (None, 12),
    "rate_on_month": (1, 1),
}
REACH = 24  # known months from which on rates are not used before the first known month


@dataclass(frozen=True)
class Condition:
    """A printed figure: `span` sums to its value, or to `ratio` times the sum of `earlier`."""

    printed: Observation
    span: range
    earlier: range = range(0)
    ratio: float | None = None

    @property
    def trust(self) -> tuple[bool, int, int, int, int, str]:
        """Sort key, most trusted first."""
        return (
            self.ratio is not None,
            -RANK[self.printed.status],
            -known_since(self.printed).toordinal(),
            len(self.span),
            self.span.stop,
            self.printed.form,
        )


def conditions_of(figures: Newest) -> list[Condition]:
    """Printed levels and rates, most trusted first."""
    return sorted([*_levels(figures), *_rates(figures)], key=lambda condition: condition.trust)


def _levels(figures: Newest) -> Iterator[Condition]:
    for form, length in LEVELS.items():
        for ordinal, printed in _printed(figures, form):
            if printed.published >= date(*Month.from_ordinal(ordinal), 1):
                yield Condition(printed, span_of(ordinal, length))


def _rates(figures: Newest) -> Iterator[Condition]:
    for form, (length, lag) in RATES.items():
        for ordinal, printed in _printed(figures, form):
            span = span_of(ordinal, length)
            earlier = range(span.start - lag, span.stop - lag)
            if printed.value > 0:
                yield Condition(printed, span, earlier, printed.value / 100)


def _printed(figures: Newest, form: Form) -> Iterator[tuple[int, Observation]]:
    for ordinal, figure in figures.get(form, {}).items():
        if figure.printed is not None:
            yield ordinal, figure.printed


def span_of(ordinal: int, length: int | None) -> range:
    """The `length` months that end with a month; since January if `length` is None."""
    return range(ordinal - (ordinal % 12 if length is None else length - 1), ordinal + 1)


def covered_months(known: Collection[int], figures: Newest) -> set[int]:
    """Months that printed figures cover: known, in a level, or linked to such by a rate."""
    conditions = conditions_of(figures)
    covered = set(known).union(*(level.span for level in conditions if level.ratio is None))
    if not covered:
        return covered
    first = min(covered) if len(known) >= REACH else 0
    rates = [rate for rate in conditions if rate.ratio is not None]
    before = 0
    while len(covered) > before:
        before = len(covered)
        for rate in rates:
            if rate.earlier.start >= first and covered.issuperset(rate.span):
                covered.update(rate.earlier)
            elif covered.issuperset(rate.earlier):
                covered.update(rate.span)
    return covered


def all_known(known: Collection[int], figures: Newest) -> bool:
    """Whether no figure covers an unknown month; a cheap test for the usual case."""
    if len(known) < REACH:
        return False
    first, last = min(known), max(known)
    spans = [
        (span_of(min(months), LEVELS[form]).start if form in LEVELS else first, max(months))
        for form, months in figures.items()
        if form in LEVELS or form in RATES
    ]
    without_gap = last - first + 1 == len(known)
    return without_gap and all(first <= begins and ends <= last for begins, ends in spans)
