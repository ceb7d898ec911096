"""The kinds of KPI: how months make a year, and how the KPI is recorded and shown.

To add a kind, add its name to `Kind` and its record to `TRAITS`; if no `YearRule` below
fits, write a new one. All other code reads the record and compares no names.

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


class YearRule:
    """How months make the outcome of a year, or of a part of it: as their sum.

    `months` are in the unit of the months (of a quotient: the quotients); `last_year` are
    the same months of last year on every path, shape (n_paths, n_months); `denominators`
    have shape (n_months,), ones for a kind without them.
    """

    offset = 0.0  # the outcome if every month is zero

    def response(self, last_year: Array, denominators: Array) -> Array:
        """What one unit of each month adds to the outcome, shape (n_paths, n_months)."""
        return np.ones(last_year.shape)

    def base(self, last_year: Array, denominators: Array) -> Array:
        """Last year's outcome, shape (n_paths,); here `denominators` are last year's."""
        return np.asarray(last_year.sum(axis=1), dtype=float)

    def published(self, to_date: float, n_known: int) -> float | None:
        """A published year to date as people read it; None if it is not used."""
        return to_date

    def known(self, to_date: float, last_year: Array, response: Array) -> Array | None:
        """The outcome from a published year to date if the rest added nothing.

        `last_year` and `response` are of the months known; returns shape (n_paths,), or
        None if a published year to date is not used.
        """
        return np.asarray(to_date * np.ones(len(last_year)), dtype=float)

    def combined(self, months: Array) -> float | None:
        """The outcome of months; None if their own figures do not determine it."""
        return float(months.sum())

    def to_date(self, months: Array, last_year: Array, denominators: Array) -> float:
        """The year to date from the months known, shape (n_known,), if none was published."""
        value = self.combined(months)
        assert value is not None, f"{type(self).__name__} needs a to_date of its own"
        return value


class Mean(YearRule):
    """The mean of the months; a published year to date is their sum."""

    def response(self, last_year: Array, denominators: Array) -> Array:
        return np.full(last_year.shape, 1 / last_year.shape[1])

    def base(self, last_year: Array, denominators: Array) -> Array:
        return np.asarray(last_year.mean(axis=1), dtype=float)

    def published(self, to_date: float, n_known: int) -> float:
        return to_date / n_known

    def known(self, to_date: float, last_year: Array, response: Array) -> Array:
        share = response.sum(axis=1)
        mean = self.published(to_date, last_year.shape[1])
        return np.asarray(mean * share * np.ones(len(last_year)), dtype=float)

    def combined(self, months: Array) -> float:
        return float(months.mean())


class LastMonth(YearRule):
    """The last month's level; a published year to date is not used."""

    def response(self, last_year: Array, denominators: Array) -> Array:
        last = np.arange(last_year.shape[1]) == last_year.shape[1] - 1
        return np.broadcast_to(last, last_year.shape).astype(float)

    def base(self, last_year: Array, denominators: Array) -> Array:
        return last_year[:, -1]

    def published(self, to_date: float, n_known: int) -> None:
        return None

    def known(self, to_date: float, last_year: Array, response: Array) -> None:
        return None

    def combined(self, months: Array) -> float:
        return float(months[-1])


class Quotient(YearRule):
    """Numerators ÷ denominators: the months' quotients weighted by their denominators."""

    def response(self, last_year: Array, denominators: Array) -> Array:
        return np.broadcast_to(_shares(denominators), last_year.shape)

    def base(self, last_year: Array, denominators: Array) -> Array:
        return np.asarray(last_year @ _shares(denominators), dtype=float)

    def known(self, to_date: float, last_year: Array, response: Array) -> Array:
        share = response.sum(axis=1)
        return np.asarray(to_date * share * np.ones(len(last_year)), dtype=float)

    def combined(self, months: Array) -> None:
        return None

    def to_date(self, months: Array, last_year: Array, denominators: Array) -> float:
        return float(months @ _shares(denominators))


class IndexGrowth(YearRule):
    """The index summed over the months ÷ last year's sum, as growth in per cent."""

    offset = -100.0

    def response(self, last_year: Array, denominators: Array) -> Array:
        return np.broadcast_to(100.0 / last_year.sum(axis=1, keepdims=True), last_year.shape)

    def base(self, last_year: Array, denominators: Array) -> Array:
        return np.full(len(last_year), 100.0)

    def known(self, to_date: float, last_year: Array, response: Array) -> Array:
        if last_year.shape[1] == 12:  # December's published rate is the outcome
            return np.full(len(last_year), to_date)
        part = last_year.sum(axis=1) * response[:, 0]
        return np.asarray((1 + to_date / 100) * part + self.offset, dtype=float)

    def combined(self, months: Array) -> None:
        return None

    def to_date(self, months: Array, last_year: Array, denominators: Array) -> float:
        return float(100.0 * (months.sum() / np.median(last_year, axis=0).sum() - 1.0))


def _shares(denominators: Array) -> Array:
    """Each month's share of the denominators; NaN if they add up to zero."""
    total = denominators.sum()
    return denominators / total if total else np.full(len(denominators), np.nan)


@dataclass(frozen=True)
class KindTraits:
    """The traits of a kind.

    Attributes
    ----------
    name : Kind
    words : how plan documents write it; templates show the first, in Vietnamese
    year : how months make the outcome
    kept : as monthly figures, as steps ticked off, or in words month by month
    own_figures : has figures of its own, not derived from other KPIs
    adds_up : months add up to the year and parts to their total, so that cumulative
        figures, shares of the plan and contributions to growth make sense
    sums_months : months, amounts or an index, are summed
    accumulates : projected months can be shown as a cumulative figure
    only_grows : while no month is below zero, a further month never lowers the outcome
    last_month_only : the outcome is the last month's value
    is_mean : the outcome is the mean of the months, as is a printed figure of several
    spread_over_months : a printed figure of several months is spread over them
    has_denominator : the ratio of a numerator's and a denominator's months
    known_by_rates : published only as rates on last year; the months are an index chained
        from them, and shown as growth in per cent
    outcome_is_rate : the outcome is itself a growth in per cent: it is not compared with
        last year's, and changes by points, not by per cent
    months_on_last_year : a month is shown beside last year's, with its growth
    month_alone : the newest month is shown beside the year to date
    whole_numbers : months and years are whole numbers
    can_be_task : a plan may list it as a task that is counted or ticked off
    phrase : key of the text `report.period.…` for its year to date, such as
        'at the end of June'; '' for 'in the first 6 months'
    """

    name: Kind
    words: tuple[str, ...]
    year: YearRule = field(default_factory=YearRule)
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
        """Whether it has monthly figures, from which a year can be projected."""
        return self.kept == "figures"

    @property
    def ticked_off(self) -> bool:
        """Whether it is a checklist of steps."""
        return self.kept == "steps"

    @property
    def in_words(self) -> bool:
        """Whether it is recorded in words, without figures, unit and target."""
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
    """The traits of a kind.

    Raises
    ------
    UnknownKind
        If the kind does not exist.

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


def kinds_that(trait: str) -> tuple[Kind, ...]:
    """The kinds with a trait, in the order of the registry.

    Examples
    --------
    >>> kinds_that("can_be_task")
    ('count', 'milestone')
    """
    return tuple(traits.name for traits in TRAITS.values() if getattr(traits, trait))
