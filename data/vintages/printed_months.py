"""Months as printed, or as cumulative figures give them: rules 2 to 4 of `data.vintages.derive`.

Two cumulative figures that contradict each other make one month too small, at times below
zero, and the next too large by as much. Where nothing printed is below zero, no month can
be: it becomes a gap together with the month after, and what the two add up to is shared out
by their first estimates, else evenly (`reconstructed`). The cumulative figure that the
months then contradict is listed. If there is less than nothing to share out, they stay
gaps. Below zero by no more than rounding is zero.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from data.vintages.disaggregate import Contradiction
from data.vintages.figures import Figure, Newest, half_digit
from models.series import SETTLED


def printed_months(figures: Newest) -> dict[int, Figure]:
    """Month ordinal → figure, of a kind whose months add up."""
    months = _by_rule(figures)
    for ordinal in _below_zero(months, figures):
        if ordinal not in months:
            continue
        if -months[ordinal].value <= _rounding(figures, ordinal):
            months[ordinal] = Figure(0.0, "derived")
            continue
        pair = [ordinal]
        after = months.get(ordinal + 1)
        if (ordinal + 1) % 12 and after is not None and after.status == "derived":
            pair.append(ordinal + 1)
        total = sum(months.pop(one).value for one in pair)
        if total >= 0:
            for one, share in zip(pair, _shares(figures, pair), strict=True):
                months[one] = Figure(share * total, "reconstructed")
    return months


def misprints(figures: Newest) -> tuple[Contradiction, ...]:
    """The cumulative figures that would make a month negative, and what the months give."""
    raw, months = _by_rule(figures), printed_months(figures)
    found = []
    for ordinal in _below_zero(raw, figures):
        if -raw[ordinal].value > _rounding(figures, ordinal):
            apart = list(_apart(months, figures, ordinal))
            found += sorted(apart, key=lambda one: -abs(one.found - one.printed.value))[:1]
    return tuple(found)


def _apart(months: Mapping[int, Figure], figures: Newest, first: int) -> Iterator[Contradiction]:
    """The printed cumulative figures of a month and the next beside what the months give."""
    for ordinal in (first, first + 1):
        cumulative = figures["year_to_date"].get(ordinal)
        span = range(first - first % 12, ordinal + 1)
        if cumulative and cumulative.printed and all(month in months for month in span):
            given = sum(months[month].value for month in span)
            yield Contradiction(cumulative.printed, given, kept=False)


def _below_zero(months: Mapping[int, Figure], figures: Newest) -> list[int]:
    """Months below zero though nothing printed is, in order."""
    printed = [
        figure for form in ("month", "year_to_date") for figure in figures.get(form, {}).values()
    ]
    if any(figure.value < 0 for figure in printed):
        return []
    return [ordinal for ordinal, figure in sorted(months.items()) if figure.value < 0]


def _rounding(figures: Newest, ordinal: int) -> float:
    """By how much the rounding of figures can move a month."""
    return sum(
        half_digit(figures[form][one].value)
        for form in ("month", "year_to_date")
        for one in (ordinal - 1, ordinal, ordinal + 1)
        if one in figures.get(form, {})
    )


def _shares(figures: Newest, pair: Sequence[int]) -> list[float]:
    """How months share their sum: as their first estimates do, else evenly."""
    printed = figures.get("month", {})
    first = [printed[one].value if one in printed else 0.0 for one in pair]
    if min(first) <= 0:
        return [1 / len(pair)] * len(pair)
    return [value / sum(first) for value in first]


def _by_rule(figures: Newest) -> dict[int, Figure]:
    """Months by rules 2 to 4 of `data.vintages.derive`."""
    printed = figures.get("month", {})
    cumulative = figures.get("year_to_date", {})
    months: dict[int, Figure] = {}
    for ordinal in sorted({*printed, *cumulative}):
        figure = printed.get(ordinal)
        if figure is None:
            value = _difference(cumulative, printed, ordinal)
            if value is not None:
                months[ordinal] = Figure(value, "derived")
            continue
        revision = None
        if figure.status not in SETTLED:
            revision = _revision(cumulative, printed, ordinal)
        months[ordinal] = (
            figure if revision is None else Figure(figure.value + revision, "derived")
        )
    return months


def _revision(
    cumulative: Mapping[int, Figure], printed: Mapping[int, Figure], ordinal: int
) -> float | None:
    """Revision of the months up to this one, from the next report's cumulative figure.

    None if the first estimate of the next month has been restated since: the revision
    shows only while both its figures are from the same report.
    """
    after = ordinal + 1
    if ordinal % 12 == 11 or after not in cumulative or after not in printed:
        return None
    if printed[after].status in SETTLED:
        return None
    now = cumulative.get(ordinal)
    if now is None and ordinal % 12 == 0:
        now = printed[ordinal]  # January: the month is the cumulative figure
    if now is None:
        return None
    return cumulative[after].value - printed[after].value - now.value


def _difference(
    cumulative: Mapping[int, Figure], printed: Mapping[int, Figure], ordinal: int
) -> float | None:
    if ordinal % 12 == 0:
        return cumulative[ordinal].value
    before = cumulative.get(ordinal - 1)
    if before is None and ordinal % 12 == 1:
        before = printed.get(ordinal - 1)
    return cumulative[ordinal].value - before.value if before else None
