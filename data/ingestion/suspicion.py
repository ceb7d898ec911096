"""Figures that look wrong: reported to the planner, but stored as printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from data.ingestion.whole_series import Around, as_years_to_date
from data.plans.kpi import Kpi
from data.vintages.comparison import StoredFigures
from data.vintages.dated import DatedFigure
from data.vintages.disagreements import SLACK, rounding
from data.vintages.figures import RANK
from data.vintages.observation import Form, Observation
from models.series import Month

FAR = 6.0  # robust standard deviations of the log change from its own history
FEW = 24  # with fewer months of history nothing is called unusual
THOUSANDS = 2.5  # powers of ten: thousand against million, less the usual change of a month
OFF = 0.25  # tolerated relative difference of a printed rate from the levels: bases are revised
_NORMAL_MAD = 1.4826
_SMALLEST = 0.05  # lower limit of the spread of log changes
SAME_SIZE = 0.1  # a revision by so much raises no new doubt about the size of a month
_UNCHANGED = 100.0  # the rate that means unchanged; growth would be 0

Why = Literal[
    "magnitude",
    "magnitude_to_date",
    "history",
    "slip",
    "sign",
    "cumulative",
    "falling",
    "rate",
    "rate_as_growth",
    "twice",
    "sum",
    "part",
    "contains",
    "contained",
]
Known = Mapping[tuple[Form, Month], float]  # a KPI's figures in force
_SIZE: frozenset[Why] = frozenset({"magnitude", "magnitude_to_date", "history", "slip", "sign"})

_REASON: Mapping[Why, str] = {
    "magnitude": "about {times:,.3g} times the usual month ({against:,.6g})",
    "magnitude_to_date": "about {times:,.3g} times that of the same months of last year "
    "({against:,.6g})",
    "history": "{change:+,.0f} % on last year, far beyond its own history",
    "slip": "about {times:,.3g} times the months around it ({against:,.6g})",
    "sign": "below zero, while the months around it are about {against:,.6g}",
    "cumulative": "the months of each year only rise, and each January falls back (from "
    "{against:,.6g}): are they years to date?",
    "falling": "cumulative figure below the month before ({against:,.6g})",
    "rate": "the levels give a rate of {against:,.1f}",
    "rate_as_growth": "growth where a rate with 100 as unchanged belongs, expected about "
    "{against:,.1f}",
    "twice": "{against:,.6g} was also published on the same day; the firmer figure is used, else "
    "the larger",
    "sum": "its parts ({others}) add up to {against:,.6g}",
    "part": "with it the parts of {others} do not add up to {against:,.6g}",
    "contains": "less than {others} ({against:,.6g}), which it contains",
    "contained": "more than {others} ({against:,.6g}), which contains it",
}


@dataclass(frozen=True)
class Suspicion:
    """A figure to be checked, and why.

    `against` is the value it was compared with: the usual month, last year's month,
    the cumulative figure before, the rate of the levels, or the other figure; `others` are
    the KPIs that this value is of, if not the figure's own. `settled` says that such a figure
    is in force already, so somebody has let it in: the same, or of the same size if its size
    is in doubt.
    """

    kpi: str
    month: str
    form: Form
    value: float
    unit: str
    source: str
    why: Why
    against: float
    others: tuple[str, ...] = ()
    settled: bool = False

    @property
    def reason(self) -> str:
        change = 100 * (self.value / self.against - 1) if self.against else 0.0
        times = self.value / self.against if self.against else 0.0
        return _REASON[self.why].format(
            against=self.against, change=change, times=times, others=", ".join(self.others)
        )


def suspicious(
    stored: StoredFigures, kpis: Sequence[Kpi], observations: Iterable[Observation]
) -> list[Suspicion]:
    """Compare the figures of a file with the stored figures, and with each other.

    Reported are: a month (or a year to date) that is a thousand times, or a
    thousandth of, its usual size; a month far outside the history of its changes;
    a non-negative cumulative figure below that of the month before; a printed rate
    that the levels of the same file contradict; a rate printed as growth (41.0)
    although 100 means unchanged (141.0); two figures of the same month, form, day
    and status; a total that is not the sum of its printed parts, beyond rounding, and a
    figure below one that its KPI contains.
    """
    units = {kpi.slug: kpi.unit for kpi in kpis}
    sums = {kpi.slug: kpi.traits.adds_up for kpi in kpis}
    by_kpi: dict[str, list[Observation]] = {}
    for figure in observations:
        by_kpi.setdefault(figure.kpi, []).append(figure)
    found = []
    for kpi, fresh in by_kpi.items():
        before = {place: figure.value for place, figure in stored.latest(kpi).items()}
        months = _Months.of(before)
        here = {(figure.form, figure.month): figure.value for figure in fresh}
        seen: dict[tuple[Form, Month], Observation] = dict(stored.latest(kpi))
        around = Around.of({**before, **here}) if len(months.ordinals) < FEW else None
        last = as_years_to_date({**before, **here}) if sums.get(kpi) else None
        for figure in fresh:
            twice = _twice(figure, seen)
            reason = _doubt(figure, months, before, here) or twice
            if reason is None and figure.form == "month":
                reason = around.doubt(figure) if around else None
                if last is not None and figure.month == last[0]:
                    reason = "cumulative", last[1]
            seen[figure.form, figure.month] = figure
            if reason is not None:
                why, against = reason
                unit = units.get(kpi, "") if figure.form in ("month", "year_to_date") else "%"
                suspicion = Suspicion(
                    kpi,
                    str(figure.month),
                    figure.form,
                    figure.value,
                    unit,
                    figure.source,
                    why,
                    against,
                    settled=twice is None and _settled(why, figure, before),
                )
                found.append(suspicion)
    return found + list(_unrelated(stored, kpis, by_kpi))


def doubtful_days(
    stored: StoredFigures,
    file: str,
    dated: Iterable[DatedFigure],
    observations: Iterable[Observation],
) -> Iterator[str]:
    """Remarks on a file's figures to a day that no day of that month can bear, or of another size.

    Each names its place in the file first, as the remarks of readers do.
    """
    here: dict[str, dict[tuple[Form, Month], float]] = {}
    for one in observations:
        here.setdefault(one.kpi, {})[one.form, one.month] = one.value
    for figure in dated:
        month = Month(figure.to_day.year, figure.to_day.month)
        known = {place: one.value for place, one in stored.latest(figure.kpi).items()}
        known.update(here.get(figure.kpi, {}))
        whole = (figure.from_day.month, figure.from_day.day) == (1, 1)
        as_form: Form = "year_to_date" if whole else "month"
        as_month = Observation(
            figure.kpi,
            month,
            as_form,
            figure.value,
            figure.status,
            figure.published,
            figure.source,
        )
        doubt = _falling(as_month, known, {}) or _other_size(as_month, known)
        if doubt is not None:
            shown = _suspicion(as_month, "", doubt[0], doubt[1], ())
            yield (
                f"{_place(figure.source, file)}: figure of {figure.kpi} from {figure.from_day} to "
                f"{figure.to_day}, {figure.value:,.6g}: {shown.reason}"
            )


def _place(source: str, file: str) -> str:
    """Sheet and cell of a figure, from its source: 'f.xlsx, A, C2' → "sheet 'A', cell C2"."""
    place = source.removeprefix(f"{file}, ")
    sheet, comma, cell = place.rpartition(", ")
    return f"sheet '{sheet}', cell {cell}" if comma and "sheet '" not in place else place


def _unrelated(
    stored: StoredFigures, kpis: Sequence[Kpi], fresh: Mapping[str, Sequence[Observation]]
) -> Iterator[Suspicion]:
    """Figures of the file that contradict declared relations, with the stored figures' help."""
    by_slug = {kpi.slug: kpi for kpi in kpis}
    new = {kpi: {(one.form, one.month): one for one in own} for kpi, own in fresh.items()}
    for kpi in kpis:
        ties: list[tuple[Why, Why, tuple[str, ...]]] = [
            *(("contains", "contained", others) for others in kpi.contains),
            *(("sum", "part", parts) for parts in kpi.printed_parts),
        ]
        for own_why, other_why, others in ties:
            if not all(one in by_slug for one in others):
                continue
            owned, held = _printed_of((kpi.slug,), by_slug), _printed_of(others, by_slug)
            members = (*owned, *held)
            known = {one: {**stored.latest(one), **new.get(one, {})} for one in members}
            places = {place for one in members for place in new.get(one, {})}
            for form, month in sorted(places, key=lambda place: (place[1], place[0])):
                figures = [known[one].get((form, month)) for one in members]
                if form not in ("month", "year_to_date") or None in figures:
                    continue
                every = [figure for figure in figures if figure is not None]
                own, parts = every[: len(owned)], every[len(owned) :]
                if not _apart(own, parts, by_slug, equal=own_why == "sum"):
                    continue
                fresh_here = [new.get(one, {}).get((form, month)) for one in members]
                settled = all(
                    one is None or _value_in_force(stored, one) == one.value for one in fresh_here
                )
                asked = new.get(kpi.slug, {}).get((form, month))
                if asked is not None:
                    summed = sum(part.value for part in parts)
                    yield _suspicion(asked, kpi.unit, own_why, summed, others, settled)
                    continue
                last = [one for one in held if (form, month) in new.get(one, {})]
                if last:  # else it is in doubt for a total that is nowhere printed
                    figure, whole = new[last[-1]][form, month], sum(one.value for one in own)
                    yield _suspicion(figure, kpi.unit, other_why, whole, (kpi.slug,), settled)


def _printed_of(kpis: Iterable[str], by_slug: Mapping[str, Kpi]) -> tuple[str, ...]:
    """The KPIs themselves, of totals without figures of their own the parts, and theirs."""
    return tuple(
        one
        for slug in kpis
        for one in (_printed_of(by_slug[slug].parts, by_slug) if by_slug[slug].parts else (slug,))
    )


def _apart(
    own: Sequence[Observation],
    parts: Sequence[Observation],
    kpis: Mapping[str, Kpi],
    *,
    equal: bool,
) -> bool:
    """Whether sums differ by more than half a unit of the last digit of each figure."""
    allowed = sum(rounding(one.value, kpis[one.kpi].decimals) for one in (*own, *parts))
    beyond = sum(part.value for part in parts) - sum(one.value for one in own)
    return beyond > allowed * SLACK or (equal and -beyond > allowed * SLACK)


def _value_in_force(stored: StoredFigures, figure: Observation) -> float | None:
    found = stored.latest(figure.kpi).get((figure.form, figure.month))
    return None if found is None else found.value


def _settled(why: Why, figure: Observation, before: Known) -> bool:
    """Whether the doubt is about a figure that is in force already."""
    known = before.get((figure.form, figure.month))
    if known is None:
        return False
    if why in _SIZE:
        return abs(figure.value - known) <= SAME_SIZE * abs(known)
    return figure.value == known


def _suspicion(
    figure: Observation,
    unit: str,
    why: Why,
    against: float,
    others: tuple[str, ...],
    settled: bool = False,
) -> Suspicion:
    return Suspicion(
        figure.kpi,
        str(figure.month),
        figure.form,
        figure.value,
        unit,
        figure.source,
        why,
        against,
        others,
        settled,
    )


def _doubt(
    figure: Observation, months: _Months, before: Known, here: Known
) -> tuple[Why, float] | None:
    if figure.form == "month":
        return months.unusual(figure)
    if figure.form == "year_to_date":
        return _falling(figure, before, here) or _other_size(figure, before)
    if figure.form in ("rate_on_year", "rate_to_date"):
        return _contradicted(figure, before, here) or _growth(figure, before)
    return _growth(figure, before) if figure.form == "rate_on_month" else None


@dataclass(frozen=True)
class _Months:
    """A KPI's positive months, and their log changes on the same month a year before."""

    ordinals: NDArray[np.int64]
    values: NDArray[np.float64]
    later: NDArray[np.int64]  # ordinal of the later month of each change
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

    def unusual(self, figure: Observation) -> tuple[Why, float] | None:
        """Compare a month with the twelve before it, and its change with all changes before."""
        place = figure.month.ordinal
        end = int(np.searchsorted(self.ordinals, place))
        if end < FEW or figure.value <= 0:
            return None
        usual = float(np.median(self.values[max(end - 12, 0) : end]))
        if abs(np.log10(figure.value / usual)) > THOUSANDS:
            return "magnitude", usual
        at = int(np.searchsorted(self.ordinals, place - 12))
        changes = self.changes[: int(np.searchsorted(self.later, place))]
        if len(changes) < 12 or self.ordinals[at] != place - 12:
            return None
        last_year = float(self.values[at])
        centre = float(np.median(changes))
        spread = max(_NORMAL_MAD * float(np.median(np.abs(changes - centre))), _SMALLEST)
        change = float(np.log(figure.value / last_year))
        return ("history", last_year) if abs(change - centre) > FAR * spread else None


def _falling(figure: Observation, before: Known, here: Known) -> tuple[Why, float] | None:
    if figure.month.month == 1 or figure.form != "year_to_date":
        return None
    place: tuple[Form, Month] = ("year_to_date", figure.month.plus(-1))
    earlier = here.get(place, before.get(place))
    if earlier is not None and 0 <= figure.value < earlier * (1 - 1e-9):
        return "falling", earlier
    return None


def _other_size(figure: Observation, before: Known) -> tuple[Why, float] | None:
    """Thousand against million: a year to date, or days of a month, compared with last year's."""
    last_year = before.get((figure.form, figure.month.plus(-12)))
    if last_year is None or last_year <= 0 or figure.value <= 0:
        return None
    other_size = abs(np.log10(figure.value / last_year)) > THOUSANDS
    return ("magnitude_to_date", last_year) if other_size else None


def _contradicted(figure: Observation, before: Known, here: Known) -> tuple[Why, float] | None:
    """Compare a rate with that of the file's own level and last year's."""
    form: Form = "month" if figure.form == "rate_on_year" else "year_to_date"
    level = here.get((form, figure.month))
    place: tuple[Form, Month] = (form, figure.month.plus(-12))
    base = before.get(place, here.get(place))
    if level is None or base is None or level <= 0 or base <= 0:
        return None
    implied = 100 * level / base
    off = abs(figure.value - implied)
    as_growth = abs(figure.value + _UNCHANGED - implied) < off / 10
    if figure.value < _UNCHANGED and off > _UNCHANGED / 2 and as_growth:
        return "rate_as_growth", implied
    return ("rate", implied) if off > OFF * implied else None


def _growth(figure: Observation, before: Known) -> tuple[Why, float] | None:
    """A rate printed as growth, without levels: compare it with the rates before."""
    rates = [value for (form, _), value in before.items() if form == figure.form]
    if len(rates) < FEW:
        return None
    usual = float(np.median(rates))
    off = abs(figure.value - usual)
    grown = off > _UNCHANGED / 2 and abs(figure.value + _UNCHANGED - usual) < off / 4
    return ("rate_as_growth", usual) if grown else None


def _twice(
    figure: Observation, seen: Mapping[tuple[Form, Month], Observation]
) -> tuple[Why, float] | None:
    """Two values with the same day and status, of which a rule chooses one."""
    other = seen.get((figure.form, figure.month))
    if other is None or other.published != figure.published or other.value == figure.value:
        return None
    return ("twice", other.value) if RANK[other.status] == RANK[figure.status] else None
