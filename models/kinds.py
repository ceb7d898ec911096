"""What each kind of KPI does: how its year is made of months, and how it is kept and shown.

To add a kind, add its name to `Kind` and its record to `TRAITS`; if no `Year` below makes
a year the way it needs, write one. All other code asks the record, and compares no names.

A year's outcome is linear in its months: `offset` + Σ month × response, on every path.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.errors import UnknownKind

Array = NDArray[np.float64]
Kind = Literal["flow", "average", "closing", "ratio", "growth", "count", "milestone", "log"]
Kept = Literal["figures", "steps", "words"]


class Year:
    """How the outcome of a year, or of some months of it, is made of months: their sum.

    `months` are in the unit of the months (of a quotient: the quotients); `before` are
    last year's same months on every path, shape (n_paths, n_months); `below` are the
    months' denominators, shape (n_months,), ones where a kind has none.
    """

    offset = 0.0  # the outcome while no month has brought anything

    def response(self, before: Array, below: Array) -> Array:
        """What one unit of each month adds to the outcome, shape (n_paths, n_months)."""
        return np.ones(before.shape)

    def base(self, before: Array, below: Array) -> Array:
        """Last year's outcome, shape (n_paths,); here `below` is last year's."""
        return np.asarray(before.sum(axis=1), dtype=float)

    def published(self, to_date: float, n_known: int) -> float | None:
        """A published year to date as people read it; None where it is not used."""
        return to_date

    def known(self, to_date: float, before: Array, response: Array) -> Array | None:
        """The outcome that a published year to date means if the rest brought nothing.

        `before` and `response` are of the months known; returns shape (n_paths,), or None
        where a published year to date is not used.
        """
        return np.asarray(to_date * np.ones(len(before)), dtype=float)

    def combined(self, months: Array) -> float | None:
        """What months make together; None where their own figures do not tell."""
        return float(months.sum())

    def to_date(self, months: Array, before: Array, below: Array) -> float:
        """The year to date of the months known, shape (n_known,), nothing being published."""
        value = self.combined(months)
        assert value is not None, f"{type(self).__name__} has to say its year to date"
        return value


class Mean(Year):
    """The mean of the months; a published year to date is their sum."""

    def response(self, before: Array, below: Array) -> Array:
        return np.full(before.shape, 1 / before.shape[1])

    def base(self, before: Array, below: Array) -> Array:
        return np.asarray(before.mean(axis=1), dtype=float)

    def published(self, to_date: float, n_known: int) -> float:
        return to_date / n_known

    def known(self, to_date: float, before: Array, response: Array) -> Array:
        share = response.sum(axis=1)
        mean = self.published(to_date, before.shape[1])
        return np.asarray(mean * share * np.ones(len(before)), dtype=float)

    def combined(self, months: Array) -> float:
        return float(months.mean())


class LastMonth(Year):
    """The last month's level; a published year to date is not used."""

    def response(self, before: Array, below: Array) -> Array:
        last = np.arange(before.shape[1]) == before.shape[1] - 1
        return np.broadcast_to(last, before.shape).astype(float)

    def base(self, before: Array, below: Array) -> Array:
        return before[:, -1]

    def published(self, to_date: float, n_known: int) -> None:
        return None

    def known(self, to_date: float, before: Array, response: Array) -> None:
        return None

    def combined(self, months: Array) -> float:
        return float(months[-1])


class Quotient(Year):
    """Numerators ÷ denominators: each month's quotient counts by its share of the denominators."""

    def response(self, before: Array, below: Array) -> Array:
        return np.broadcast_to(_shares(below), before.shape)

    def base(self, before: Array, below: Array) -> Array:
        return np.asarray(before @ _shares(below), dtype=float)

    def known(self, to_date: float, before: Array, response: Array) -> Array:
        share = response.sum(axis=1)
        return np.asarray(to_date * share * np.ones(len(before)), dtype=float)

    def combined(self, months: Array) -> None:
        return None

    def to_date(self, months: Array, before: Array, below: Array) -> float:
        return float(months @ _shares(below))


class IndexGrowth(Year):
    """The index summed over the months ÷ last year's sum, as growth in per cent."""

    offset = -100.0

    def response(self, before: Array, below: Array) -> Array:
        return np.broadcast_to(100.0 / before.sum(axis=1, keepdims=True), before.shape)

    def base(self, before: Array, below: Array) -> Array:
        return np.full(len(before), 100.0)

    def known(self, to_date: float, before: Array, response: Array) -> Array:
        if before.shape[1] == 12:  # December's published rate is the outcome
            return np.full(len(before), to_date)
        part = before.sum(axis=1) * response[:, 0]
        return np.asarray((1 + to_date / 100) * part + self.offset, dtype=float)

    def combined(self, months: Array) -> None:
        return None

    def to_date(self, months: Array, before: Array, below: Array) -> float:
        return float(100.0 * (months.sum() / np.median(before, axis=0).sum() - 1.0))


def _shares(below: Array) -> Array:
    """Each month's share of the denominators; NaN where they add up to zero."""
    total = below.sum()
    return below / total if total else np.full(len(below), np.nan)


@dataclass(frozen=True)
class KindTraits:
    """What one kind does; each attribute answers one question, no unless said.

    Attributes
    ----------
    name : Kind
    words : how people write it in a plan document; templates show the first, in Vietnamese
    year : how the outcome is made of months
    kept : as monthly figures, as steps ticked off, or in words month by month
    own_figures : figures of its own are loaded, not made of other KPIs'
    adds_up : months add up to the year and parts to their total, so that a cumulative
        figure, a share of the plan and contributions to growth mean something
    sums_months : months are summed, be they amounts or an index
    accumulates : what is to come can be shown added to what is known
    only_grows : while no month is below zero, a further month never lowers the outcome
    last_month_only : the outcome is the last month's and no other's
    is_mean : the outcome is the mean of the months, and so is a printed figure of several
    spread_over_months : a printed figure of several months is spread over them
    has_denominator : made of a numerator's and a denominator's months
    known_by_rates : published only as rates on last year; the months are an index chained
        from them, and shown as growth in per cent
    outcome_is_rate : the outcome is itself a growth in per cent: it is not compared with
        last year's, and changes by points, not by per cent
    months_on_last_year : a month is shown beside last year's, with its growth
    month_alone : the newest month is told beside the year to date
    whole_numbers : months and years are whole numbers
    can_be_task : a plan may list it as a task that is counted or ticked off
    phrase : text `report.period.…` that says what time its year to date is of, such as
        'at the end of June'; '' for 'in the first 6 months'
    """

    name: Kind
    words: tuple[str, ...]
    year: Year = field(default_factory=Year)
    kept: Kept = "figures"
    own_figures: bool = True
    adds_up: bool = False
    sums_months: bool = False
    accumulates: bool = False
    only_grows: bool = False
    last_month_only: bool = False
    is_mean: bool = False
    spread_over_months: bool = False
    has_denominator: bool = False
    known_by_rates: bool = False
    outcome_is_rate: bool = False
    months_on_last_year: bool = True
    month_alone: bool = True
    whole_numbers: bool = False
    can_be_task: bool = False
    phrase: str = ""

    @property
    def has_months(self) -> bool:
        """Kept as monthly figures, from which a year can be projected."""
        return self.kept == "figures"

    @property
    def ticked_off(self) -> bool:
        """A checklist: its steps are done or not."""
        return self.kept == "steps"

    @property
    def in_words(self) -> bool:
        """Kept in words; it has no figures, no unit and no target."""
        return self.kept == "words"


TRAITS: Mapping[str, KindTraits] = {
    traits.name: traits
    for traits in (
        KindTraits(
            "flow",
            ("cộng các tháng", "sum"),
            adds_up=True,
            sums_months=True,
            accumulates=True,
            only_grows=True,
            spread_over_months=True,
        ),
        KindTraits(
            "average",
            ("bình quân", "trung bình", "mean"),
            Mean(),
            only_grows=True,
            is_mean=True,
            spread_over_months=True,
            phrase="average",
        ),
        KindTraits(
            "closing",
            ("cuối kỳ", "last"),
            LastMonth(),
            last_month_only=True,
            month_alone=False,
            phrase="end",
        ),
        KindTraits(
            "ratio",
            ("tỷ số", "tỷ lệ"),
            Quotient(),
            own_figures=False,
            has_denominator=True,
            months_on_last_year=False,
            month_alone=False,
        ),
        KindTraits(
            "growth",
            ("chỉ số tăng trưởng", "tăng trưởng"),
            IndexGrowth(),
            sums_months=True,
            only_grows=True,
            known_by_rates=True,
            outcome_is_rate=True,
            months_on_last_year=False,
        ),
        KindTraits(
            "count",
            ("số lượng nhỏ", "đếm"),
            adds_up=True,
            sums_months=True,
            accumulates=True,
            only_grows=True,
            whole_numbers=True,
            can_be_task=True,
        ),
        KindTraits(
            "milestone",
            ("mốc việc", "mốc"),
            kept="steps",
            own_figures=False,
            accumulates=True,
            only_grows=True,
            can_be_task=True,
        ),
        KindTraits(
            "log",
            ("nhật ký", "theo dõi bằng lời", "qualitative log"),
            kept="words",
            own_figures=False,
            only_grows=True,
        ),
    )
}


def traits_of(kind: str) -> KindTraits:
    """What a kind does.

    Raises
    ------
    UnknownKind
        If there is no such kind.

    Examples
    --------
    >>> traits_of("closing").year.combined(np.array([5.0, 7.0]))
    7.0
    """
    try:
        return TRAITS[kind]
    except KeyError:
        known = ", ".join(TRAITS)
        raise UnknownKind(
            f"expected a kind, one of {known}; found '{kind}'. Correct the kind of the KPI."
        ) from None


def kinds_that(question: str) -> tuple[Kind, ...]:
    """The kinds that answer yes to a question, in the order of the registry.

    Examples
    --------
    >>> kinds_that("can_be_task")
    ('count', 'milestone')
    """
    return tuple(one.name for one in TRAITS.values() if getattr(one, question))
