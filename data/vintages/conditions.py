"""Printed figures of several months, and printed rates, as conditions on months.

- A quarter, a half-year, a year or a cumulative figure says what its months add
  up to (of an average: what their mean is), once its last month has begun; printed
  earlier it is an expectation.
- A rate says how the months of one span stand to those of an earlier one. Where
  one of the two was printed as a level, so is the other, by the rate.
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
RATES: Mapping[Form, tuple[int | None, int]] = {  # and how many months earlier the other span is
    "rate_on_year": (1, 12),
    "rate_to_date": (None, 12),
    "rate_on_month": (1, 1),
}
REACH = 24  # months known from which on rates tell nothing of those before the first


@dataclass(frozen=True)
class Condition:
    """A printed figure: `span` adds up to its value, or to `ratio` times what `earlier` does."""

    printed: Observation
    span: range
    earlier: range = range(0)
    ratio: float | None = None

    @property
    def trust(self) -> tuple[bool, int, int, int, int, str]:
        """Sorts the most trusted first."""
        one, length = self.printed, len(self.span)
        day = known_since(one).toordinal()
        return (
            self.ratio is not None,
            -RANK[one.status],
            -day,
            length,
            self.span.stop,
            one.form,
        )


def conditions_of(figures: Newest) -> list[Condition]:
    """Printed levels and rates, the most trusted first."""
    return sorted([*_levels(figures), *_rates(figures)], key=lambda one: one.trust)


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
    """The months that end with one; since January without a length."""
    return range(ordinal - (ordinal % 12 if length is None else length - 1), ordinal + 1)


def covered_months(known: Collection[int], figures: Newest) -> set[int]:
    """Months that printed figures speak of: known, of a level, or by a rate of such."""
    conditions = conditions_of(figures)
    covered = set(known).union(*(one.span for one in conditions if one.ratio is None))
    if not covered:
        return covered
    first = min(covered) if len(known) >= REACH else 0
    rates = [one for one in conditions if one.ratio is not None]
    before = 0
    while len(covered) > before:
        before = len(covered)
        for one in rates:
            if one.earlier.start >= first and covered.issuperset(one.span):
                covered.update(one.earlier)
            elif covered.issuperset(one.earlier):
                covered.update(one.span)
    return covered


def all_known(known: Collection[int], figures: Newest) -> bool:
    """Whether no figure can speak of a month that is not known: the usual case, cheap to tell."""
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
