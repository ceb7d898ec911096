"""Why performance changed: the components of a KPI's growth, as text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from data.plans.plan import Plan
from service.analysis.contributions import contributions
from service.shapes.analysis import Breakdown, Contributions
from service.state.app_state import AppState
from service.texts import FIGURE, Lang, month_name, number, signed, signed_percent, unit_name


@dataclass(frozen=True)
class ComponentRow:
    """A component to date beside last year's same months, and the points it contributes."""

    name: str
    kpi: str
    to_date: str
    before: str
    status: str
    growth: str
    points: str


@dataclass(frozen=True)
class Remainder:
    """What the components leave of the total's growth."""

    name: str
    points: str


@dataclass(frozen=True)
class Total:
    """The whole that the components make up."""

    to_date: str
    before: str
    growth: str
    points: str


@dataclass(frozen=True)
class BreakdownShown:
    """A breakdown of a KPI into components; `left_out` names components without figures."""

    rows: tuple[ComponentRow, ...]
    remainder: Remainder
    total: Total
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class Performance:
    """Why a KPI changed, January through a month."""

    kpi: str
    name: str
    label: str | None
    unit: str
    through: str
    sentence: str | None
    breakdowns: tuple[BreakdownShown, ...]


def performance(app_state: AppState, plan: Plan, day: date, lang: Lang) -> tuple[Performance, ...]:
    """The KPIs with components, each breakdown as a table."""
    basis = app_state.basis(plan.slug, day)
    found = []
    for kpi in plan.kpis:
        contribution = contributions(basis, kpi.slug)
        if not contribution.breakdowns:
            continue
        found.append(
            Performance(
                kpi=kpi.slug,
                name=contribution.name[lang],
                label=contribution.label[lang] if contribution.label else None,
                unit=unit_name(contribution.unit, lang),
                through=month_name(contribution.cutoff, lang) if contribution.cutoff else "–",
                sentence=contribution.sentence[lang] if contribution.sentence else None,
                breakdowns=tuple(
                    _breakdown(one, contribution, kpi.decimals, lang)
                    for one in contribution.breakdowns
                    if one.parts
                ),
            )
        )
    return tuple(found)


def _breakdown(one: Breakdown, whole: Contributions, decimals: int, lang: Lang) -> BreakdownShown:
    rest = one.remainder
    return BreakdownShown(
        rows=tuple(
            ComponentRow(
                name=part.name[lang],
                kpi=part.kpi,
                to_date=number(part.to_date, lang, decimals),
                before=number(part.same_period, lang, decimals),
                status=FIGURE[lang][part.data_status] if part.data_status else "",
                growth=signed_percent(part.growth, lang),
                points=signed(part.contribution, lang, 1),
            )
            for part in one.parts
        ),
        remainder=Remainder(rest.name[lang], signed(rest.contribution, lang, 1)),
        total=Total(
            to_date=number(whole.to_date, lang, decimals),
            before=number(whole.same_period, lang, decimals),
            growth=signed_percent(whole.growth, lang),
            points=signed(whole.growth, lang, 1),
        ),
        left_out=tuple(f"{left.name[lang]}: {left.reason[lang]}" for left in one.left_out),
    )
