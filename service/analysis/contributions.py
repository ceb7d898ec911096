"""Why performance changed: growth of the year to date by component, in percentage points.

A contribution is a component's change on the same months of last year, as a share of last
year's total. What the components leave out or count twice is the remainder; with it they add
up to the growth. Components along different dimensions (exports and imports; gates) are
different breakdowns of the same growth.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial

import numpy as np

from data.plans.kpi import Kpi
from models.annual import least_firm
from models.errors import NoObservations
from models.series import FigureStatus, Month, Series
from service.projections.basis import Basis
from service.projections.shape import Name, in_both, significant
from service.shapes.analysis import (
    Breakdown,
    Contribution,
    Contributions,
    LeftOut,
    Remainder,
)
from service.texts import (
    CONTRIBUTION,
    FIGURE,
    TEXT,
    Lang,
    month_name,
    name_of,
    number,
    signed_percent,
    unit_name,
)


@dataclass(frozen=True)
class ToDate:
    """A KPI's months from January, and the same months of last year, in its unit."""

    now: float
    before: float
    status: FigureStatus | None

    @property
    def change(self) -> float:
        return self.now - self.before

    @property
    def growth(self) -> float | None:
        """Per cent; None without a base."""
        return 100.0 * (self.now / self.before - 1.0) if self.before > 0 else None


def contributions(basis: Basis, slug: str) -> Contributions:
    """The growth of one KPI's year to date by its components.

    Raises
    ------
    UnknownKpi
        If the plan has no such KPI.
    """
    kpi = basis.plan.kpi(slug)
    if not kpi.traits.adds_up:
        return _without(basis, kpi, "not_summed")
    try:
        cutoff = basis.series(slug).cutoff
    except NoObservations:
        return _without(basis, kpi, "no_figures")
    whole = to_date_of(basis, slug, cutoff)
    if whole is None or whole.growth is None:
        return _without(basis, kpi, "no_base", cutoff)
    growth = significant(whole.growth)
    groups = _groups(
        [one for one in basis.plan.kpis if one.parent == slug or one.slug in kpi.parts]
    )
    breakdowns = tuple(
        _breakdown(basis, by, members, kpi, whole, cutoff) for by, members in groups.items()
    )
    return Contributions(
        plan=basis.plan.slug,
        kpi=slug,
        name=_name(kpi),
        unit=kpi.unit,
        as_of=basis.day,
        label=basis.label(slug),
        cutoff=cutoff,
        to_date=whole.now,
        same_period=whole.before,
        growth=growth,
        data_status=whole.status,
        breakdowns=breakdowns,
        reason=None if breakdowns else _reason("no_parts"),
        sentence=in_both(partial(_sentence, kpi, cutoff, growth, breakdowns[0]))
        if breakdowns
        else None,
    )


def _without(basis: Basis, kpi: Kpi, why: str, cutoff: Month | None = None) -> Contributions:
    """No contributions, with the reason."""
    return Contributions(
        plan=basis.plan.slug,
        kpi=kpi.slug,
        name=_name(kpi),
        unit=kpi.unit,
        as_of=basis.day,
        label=basis.label(kpi.slug),
        cutoff=cutoff,
        to_date=None,
        same_period=None,
        growth=None,
        data_status=None,
        breakdowns=(),
        reason=_reason(why),
        sentence=None,
    )


def _name(kpi: Kpi) -> Name:
    return Name(vi=kpi.name_vi, en=kpi.name_en)


def to_date_of(basis: Basis, slug: str, cutoff: Month) -> ToDate | None:
    """January through a month, this year and last; None if a month is missing."""
    try:
        series = basis.series(slug)
    except NoObservations:
        return None
    if series.cutoff < cutoff:
        return None
    known = cutoff.month
    before = series.calendar_year(cutoff.year - 1)[:known]
    if series.year == cutoff.year:
        before = np.where(np.isfinite(series.base[:known]), series.base[:known], before)
    printed = series.to_date if series.cutoff == cutoff else None
    months = series.calendar_year(cutoff.year)[:known]
    now = float(months.sum()) if printed is None else printed
    if not np.isfinite([now, before.sum()]).all():
        return None
    status = series.to_date_status if printed is not None else _status(series, cutoff)
    return ToDate(now, float(before.sum()), status)


def _status(series: Series, cutoff: Month) -> FigureStatus:
    first = Month(cutoff.year, 1).ordinal - series.start.ordinal
    return least_firm(series.status[max(first, 0) : first + cutoff.month])


def _groups(children: Sequence[Kpi]) -> dict[tuple[str, ...], list[Kpi]]:
    """Components by their dimensions; () for those without any."""
    groups: dict[tuple[str, ...], list[Kpi]] = {}
    for child in children:
        groups.setdefault(tuple(sorted(child.dimensions)), []).append(child)
    return groups


def _breakdown(
    basis: Basis,
    by: tuple[str, ...],
    members: Sequence[Kpi],
    kpi: Kpi,
    whole: ToDate,
    cutoff: Month,
) -> Breakdown:
    """Components and remainder; contributions add up to the growth to the last digit."""
    rows, left_out = [], []
    for member in members:
        part = to_date_of(basis, member.slug, cutoff) if member.traits.adds_up else None
        if member.unit != kpi.unit or part is None:
            why = "other_unit" if member.unit != kpi.unit else "not_to_cutoff"
            left_out.append(LeftOut(kpi=member.slug, name=_name(member), reason=_reason(why)))
            continue
        rows.append(
            Contribution(
                kpi=member.slug,
                name=_name(member),
                to_date=part.now,
                same_period=part.before,
                change=part.change,
                growth=part.growth,
                contribution=100.0 * part.change / whole.before,
                data_status=part.status,
            )
        )
    remainder = Remainder(
        name=in_both(lambda lang: CONTRIBUTION[lang]["remainder"]),
        change=_remainder(whole.change, [row.change for row in rows]),
        contribution=_remainder(whole.growth or 0.0, [row.contribution for row in rows]),
    )
    return Breakdown(by=by, parts=tuple(rows), remainder=remainder, left_out=tuple(left_out))


def _remainder(total: float, parts: Sequence[float]) -> float:
    """The remainder of a total, as decimals: parts and remainder add up to it exactly."""
    left = Decimal(repr(significant(total))) - sum(
        (Decimal(repr(one)) for one in parts), Decimal(0)
    )
    return float(left)


def _reason(code: str) -> Name:
    return in_both(lambda lang: CONTRIBUTION[lang][f"reason.{code}"])


def _sentence(kpi: Kpi, cutoff: Month, growth: float, first: Breakdown, lang: Lang) -> str:
    """'Growth +28,4%: exports +14,9, imports +13,5 percentage points.'"""
    ranked = sorted(first.parts, key=lambda row: -abs(row.contribution))
    rest = first.remainder
    named = [(row.name, row.contribution) for row in ranked]
    if round(rest.contribution, 1):
        named.append((rest.name, rest.contribution))
    listed = "; ".join(f"{name[lang]} {_points(share, lang)}" for name, share in named)
    return CONTRIBUTION[lang]["sentence"].format(
        name=name_of(kpi, lang),
        month=month_name(cutoff, lang),
        growth=signed_percent(growth, lang),
        parts=listed,
        unit=TEXT[lang]["unit.percentage points"],
    )


def table_of(found: Contributions, lang: Lang) -> list[str]:
    """Lines of text: components with unit and status, remainders, components left out."""
    lines = []
    for breakdown in found.breakdowns:
        for row in breakdown.parts:
            figures = f"{number(row.to_date, lang)} / {number(row.same_period, lang)}"
            status = FIGURE[lang][row.data_status] if row.data_status else "–"
            lines.append(
                f"{row.name[lang]}: {figures} {unit_name(found.unit, lang)} ({status}), "
                f"{_points(row.contribution, lang)}"
            )
        rest = breakdown.remainder
        lines.append(f"{rest.name[lang]}: {_points(rest.contribution, lang)}")
        lines += [f"{one.name[lang]}: {one.reason[lang]}" for one in breakdown.left_out]
    return lines


def _points(value: float, lang: Lang) -> str:
    text = number(value, lang, 1)
    return f"+{text}" if round(value, 1) > 0 else text
