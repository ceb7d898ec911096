"""Figures that look wrong: noted for the planner, stored as printed all the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from data.plans.kpi import Kpi
from data.vintages.comparison import Held
from data.vintages.figures import RANK
from data.vintages.observation import Form, Observation
from models.series import Month

FAR = 6.0  # robust standard deviations of the log on the month's own history
FEW = 24  # months of history below which nothing is called unusual
THOUSANDS = 2.5  # powers of ten: thousand against million, with room for a month's own move
OFF = 0.25  # by how much a printed rate may differ from that of the levels: bases are revised
_NORMAL_MAD = 1.4826
_SMALLEST = 0.05  # a history that hardly moves still moves by this much on logs
_UNCHANGED = 100.0  # a rate that says so; growth would be 0

Why = Literal[
    "magnitude", "magnitude_to_date", "history", "falling", "rate", "rate_as_growth", "twice"
]
Known = Mapping[tuple[Form, Month], float]  # a KPI's figures that count

_REASON: Mapping[Why, str] = {
    "magnitude": "about {times:,.3g} times the usual month ({against:,.6g})",
    "magnitude_to_date": "about {times:,.3g} times that of the same months of last year "
    "({against:,.6g})",
    "history": "{change:+,.0f} % on last year, far beyond its own history",
    "falling": "cumulative figure below the month before ({against:,.6g})",
    "rate": "the levels give a rate of {against:,.1f}",
    "rate_as_growth": "growth where a rate with 100 as unchanged belongs, expected about "
    "{against:,.1f}",
    "twice": "the same day also says {against:,.6g}; the firmer counts, else the larger",
}


@dataclass(frozen=True)
class Suspicion:
    """A figure worth a second look, and why.

    `against` is what it was compared with: the usual month, last year's month, the
    cumulative figure before, the rate that the levels give, the other figure.
    """

    kpi: str
    month: str
    form: Form
    value: float
    unit: str
    source: str
    why: Why
    against: float

    @property
    def reason(self) -> str:
        change = 100 * (self.value / self.against - 1) if self.against else 0.0
        times = self.value / self.against if self.against else 0.0
        return _REASON[self.why].format(against=self.against, change=change, times=times)


def suspicious(
    held: Held, kpis: Sequence[Kpi], observations: Iterable[Observation]
) -> list[Suspicion]:
    """Compare the figures of a file with what was kept before, and with each other.

    Reported are: a month (or a year to date) that is a thousand times, or a
    thousandth of, its usual size; a month far beyond the history of its changes;
    a cumulative figure of a KPI that never falls below zero that is lower than the
    one a month before; a printed rate that the levels of the same file contradict,
    and one that was printed as growth (41.0) where 100 means unchanged (141.0);
    two figures of the same month, form, day and status.
    """
    units = {kpi.slug: kpi.unit for kpi in kpis}
    by_kpi: dict[str, list[Observation]] = {}
    for one in observations:
        by_kpi.setdefault(one.kpi, []).append(one)
    found = []
    for kpi, fresh in by_kpi.items():
        before = {place: one.value for place, one in held.latest(kpi).items()}
        months = _Months.of(before)
        here = {(one.form, one.month): one.value for one in fresh}
        seen: dict[tuple[Form, Month], Observation] = dict(held.latest(kpi))
        for one in fresh:
            reason = _doubt(one, months, before, here) or _twice(one, seen)
            seen[one.form, one.month] = one
            if reason is not None:
                why, against = reason
                unit = units.get(kpi, "") if one.form in ("month", "year_to_date") else "%"
                suspicion = Suspicion(
                    kpi, str(one.month), one.form, one.value, unit, one.source, why, against
                )
                found.append(suspicion)
    return found


def _doubt(
    one: Observation, months: _Months, before: Known, here: Known
) -> tuple[Why, float] | None:
    if one.form == "month":
        return months.unusual(one)
    if one.form == "year_to_date":
        return _falling(one, before, here) or _other_size(one, before)
    if one.form in ("rate_on_year", "rate_to_date"):
        return _contradicted(one, before, here) or _growth(one, before)
    return _growth(one, before) if one.form == "rate_on_month" else None


@dataclass(frozen=True)
class _Months:
    """A KPI's months above zero, and what each is on the log beside the one a year before."""

    ordinals: NDArray[np.int64]
    values: NDArray[np.float64]
    later: NDArray[np.int64]  # of the two months of a change
    changes: NDArray[np.float64]

    @classmethod
    def of(cls, before: Known) -> _Months:
        months = sorted(
            (month.ordinal, value)
            for (form, month), value in before.items()
            if form == "month" and value > 0
        )
        known = dict(months)
        later = [ordinal for ordinal in known if ordinal - 12 in known]
        return cls(
            np.array([ordinal for ordinal, _ in months], dtype=np.int64),
            np.array([value for _, value in months], dtype=np.float64),
            np.array(later, dtype=np.int64),
            np.array([np.log(known[o] / known[o - 12]) for o in later], dtype=np.float64),
        )

    def unusual(self, one: Observation) -> tuple[Why, float] | None:
        """A month's size beside the twelve before it, its change beside all changes before."""
        place = one.month.ordinal
        end = int(np.searchsorted(self.ordinals, place))
        if end < FEW or one.value <= 0:
            return None
        usual = float(np.median(self.values[max(end - 12, 0) : end]))
        if abs(np.log10(one.value / usual)) > THOUSANDS:
            return "magnitude", usual
        at = int(np.searchsorted(self.ordinals, place - 12))
        changes = self.changes[: int(np.searchsorted(self.later, place))]
        if len(changes) < 12 or self.ordinals[at] != place - 12:
            return None
        last_year = float(self.values[at])
        centre = float(np.median(changes))
        spread = max(_NORMAL_MAD * float(np.median(np.abs(changes - centre))), _SMALLEST)
        change = float(np.log(one.value / last_year))
        return ("history", last_year) if abs(change - centre) > FAR * spread else None


def _falling(one: Observation, before: Known, here: Known) -> tuple[Why, float] | None:
    if one.month.month == 1:
        return None
    place: tuple[Form, Month] = ("year_to_date", one.month.plus(-1))
    earlier = here.get(place, before.get(place))
    if earlier is not None and 0 <= one.value < earlier * (1 - 1e-9):
        return "falling", earlier
    return None


def _other_size(one: Observation, before: Known) -> tuple[Why, float] | None:
    """Thousand against million, of a year to date: beside that of last year."""
    last_year = before.get(("year_to_date", one.month.plus(-12)))
    if last_year is None or last_year <= 0 or one.value <= 0:
        return None
    other_size = abs(np.log10(one.value / last_year)) > THOUSANDS
    return ("magnitude_to_date", last_year) if other_size else None


def _contradicted(one: Observation, before: Known, here: Known) -> tuple[Why, float] | None:
    """A rate beside that of the file's own level and last year's."""
    form: Form = "month" if one.form == "rate_on_year" else "year_to_date"
    level = here.get((form, one.month))
    place: tuple[Form, Month] = (form, one.month.plus(-12))
    base = before.get(place, here.get(place))
    if level is None or base is None or level <= 0 or base <= 0:
        return None
    implied = 100 * level / base
    off = abs(one.value - implied)
    as_growth = abs(one.value + _UNCHANGED - implied) < off / 10
    if one.value < _UNCHANGED and off > _UNCHANGED / 2 and as_growth:
        return "rate_as_growth", implied
    return ("rate", implied) if off > OFF * implied else None


def _growth(one: Observation, before: Known) -> tuple[Why, float] | None:
    """A rate printed as growth, where there are no levels: beside the rates before it."""
    rates = [value for (form, _), value in before.items() if form == one.form]
    if len(rates) < FEW:
        return None
    usual = float(np.median(rates))
    off = abs(one.value - usual)
    grown = off > _UNCHANGED / 2 and abs(one.value + _UNCHANGED - usual) < off / 4
    return ("rate_as_growth", usual) if grown else None


def _twice(
    one: Observation, seen: Mapping[tuple[Form, Month], Observation]
) -> tuple[Why, float] | None:
    """Two values of one day and status: a rule decides, a person should."""
    other = seen.get((one.form, one.month))
    if other is None or other.published != one.published or other.value == one.value:
        return None
    return ("twice", other.value) if RANK[other.status] == RANK[one.status] else None
