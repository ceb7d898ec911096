"""Scenarios beside the forecast: for each target a chart, and what every case makes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from data.plans.kpi import Kpi
from data.plans.plan import Plan
from data.sign_off.rules import Estimate
from service.charts.scenario_fans import Fan, scenario_fans
from service.projections.shape import Quantiles
from service.projections.view import MonthView
from service.shapes.analysis import ScenarioDetail, ScenarioResult, SupposedYear
from service.texts import (
    STATE,
    STATUS,
    TEXT,
    Lang,
    bounds,
    chance,
    day_of,
    month_name,
    name_of,
    number,
    signed,
    unit_name,
    unit_of,
    writer,
)
from service.typed_numbers import written
from service.wording import person

MOST = 4  # scenarios side by side
MARKS = "ABCD"


@dataclass(frozen=True)
class AssumptionShown:
    """An assumption of a preset, and its basis."""

    name: str
    value: str
    basis: str


@dataclass(frozen=True)
class Chosen:
    """A scenario that is compared; `moved` says each target's probability before and after."""

    id: int
    mark: str
    name: str
    note: str
    by: str
    at: str
    assumptions: tuple[AssumptionShown, ...]
    moved: tuple[str, ...]


@dataclass(frozen=True)
class CaseShown:
    """A target in one case: the forecast or a scenario.

    Attributes
    ----------
    mark : letter of the scenario, '' for the forecast
    order : 0 for the forecast, then as the letters; also of its colour
    untouched : the scenario leaves this target as it is forecast
    exact : the projected year as a number, to be taken over as the official estimate
    months : the changed months: name, in the forecast, in the scenario
    """

    mark: str
    order: int
    name: str
    median: str
    interval: str
    probability: str
    code: str
    status: str
    points: str
    untouched: bool = False
    exact: str = ""
    months: tuple[tuple[str, str, str], ...] = ()
    moved_by: str = ""


@dataclass(frozen=True)
class TargetCompared:
    """A target with its chart, its cases, and the official estimate ('' without any)."""

    kpi: str
    name: str
    unit: str
    target: str
    estimate: str
    chart: Markup
    cases: tuple[CaseShown, ...]


def chosen_of(found: Sequence[ScenarioDetail], plan: Plan, lang: Lang) -> tuple[Chosen, ...]:
    """The compared scenarios with their letters."""
    return tuple(
        Chosen(
            id=one.id or 0,
            mark=mark,
            name=one.name,
            note=one.note,
            by=person(one.by, lang),
            at=day_of(one.at.date(), lang) if one.at else "–",
            assumptions=tuple(
                AssumptionShown(
                    name=assumption.name[lang],
                    value=f"{number(assumption.value, lang)} {unit_name(assumption.unit, lang)}",
                    basis=assumption.basis[lang],
                )
                for assumption in one.assumptions
            ),
            moved=tuple(
                f"{result.name[lang]}: {_chance(result.baseline, lang)} → "
                f"{_chance(result.scenario, lang)}"
                for result in one.results
                if result.baseline.probability is not None
            ),
        )
        for mark, one in zip(MARKS, found, strict=False)
    )


def targets_of(
    found: Sequence[ScenarioDetail], estimates: Mapping[str, Estimate], plan: Plan, lang: Lang
) -> tuple[TargetCompared, ...]:
    """Every KPI that one of the scenarios changes, in the plan's order."""
    results = [{result.kpi: result for result in one.results} for one in found]
    touched = {slug for own in results for slug in own}
    return tuple(
        _target(kpi, found, [own.get(kpi.slug) for own in results], estimates, plan, lang)
        for kpi in plan.kpis
        if kpi.slug in touched
    )


def _target(
    kpi: Kpi,
    found: Sequence[ScenarioDetail],
    results: Sequence[ScenarioResult | None],
    estimates: Mapping[str, Estimate],
    plan: Plan,
    lang: Lang,
) -> TargetCompared:
    first = next(one for one in results if one is not None)
    base, estimate, text = first.baseline, estimates.get(kpi.slug), TEXT[lang]
    assigned = next(
        (one for one in base.targets if one.period == "year" and one.level == "assigned"), None
    )
    forecast = _case(kpi, "", text["what_if.baseline"], base, lang)
    cases = [forecast]
    for mark, one, result in zip(MARKS, found, results, strict=False):
        if result is None:
            cases.append(_untouched(forecast, mark, one.name))
        else:
            cases.append(_changed(kpi, mark, one.name, result, plan, lang))
    words = "; ".join(f"{one.mark or one.name} {one.median} ({one.interval})" for one in cases)
    return TargetCompared(
        kpi=kpi.slug,
        name=name_of(kpi, lang),
        unit=unit_of(first, lang),
        target=bounds(assigned, lang, kpi.decimals) if assigned else "",
        estimate=_estimate(estimate, lang) if estimate else "",
        chart=_chart(
            kpi,
            first,
            {
                mark: year
                for mark, year in zip(("", *MARKS), (base, *map(_supposed, results)), strict=False)
                if year is not None
            },
            [one for one in (assigned.lower_value, assigned.upper_value) if one is not None]
            if assigned
            else [],
            f"{name_of(kpi, lang)}: {words}",
            lang,
        ),
        cases=tuple(cases),
    )


def _supposed(one: ScenarioResult | None) -> SupposedYear | None:
    return None if one is None else one.scenario


def _estimate(one: Estimate, lang: Lang) -> str:
    return f"{written(one.value, lang, one.unit)} ({STATE[lang][one.state]})"


def _chance(year: SupposedYear, lang: Lang) -> str:
    return chance(year.probability, year.status, lang)


def _case(kpi: Kpi, mark: str, name: str, year: SupposedYear, lang: Lang) -> CaseShown:
    shown = writer(year.projected, kpi.decimals, lang)
    band = year.projected.quantiles
    return CaseShown(
        mark=mark,
        order=MARKS.index(mark) + 1 if mark else 0,
        name=name,
        median=shown(year.projected.median),
        interval=f"{shown(band.q10)} – {shown(band.q90)}",
        probability=_chance(year, lang),
        code=year.status,
        status=STATUS[lang][year.status],
        points="",
    )


def _untouched(forecast: CaseShown, mark: str, name: str) -> CaseShown:
    own = {**vars(forecast), "mark": mark, "name": name}
    own |= {"order": MARKS.index(mark) + 1, "untouched": True}
    return CaseShown(**own)


def _changed(
    kpi: Kpi, mark: str, name: str, result: ScenarioResult, plan: Plan, lang: Lang
) -> CaseShown:
    change = result.difference.probability
    own = {
        **vars(_case(kpi, mark, name, result.scenario, lang)),
        "points": "" if change is None else signed(100 * change, lang, 0),
        "exact": repr(round(result.scenario.projected.median, kpi.decimals)),
        "months": _months(result, kpi.decimals, lang),
        "moved_by": ", ".join(name_of(plan.kpi(slug), lang) for slug in result.moved_by),
    }
    return CaseShown(**own)


def _months(one: ScenarioResult, decimals: int, lang: Lang) -> tuple[tuple[str, str, str], ...]:
    before, after = (
        {month.month: month.median for month in year.months}
        for year in (one.baseline, one.scenario)
    )
    return tuple(
        (
            month_name(month, lang),
            number(before[month], lang, decimals),
            number(after[month], lang, decimals),
        )
        for month in one.changed_months
    )


def _chart(
    kpi: Kpi,
    first: ScenarioResult,
    years: Mapping[str, SupposedYear],
    goals: Sequence[float],
    words: str,
    lang: Lang,
) -> Markup:
    """The fans; of what adds up, the year to date through each month."""
    adds_up = kpi.traits.adds_up
    ahead = [one for one in first.baseline.months if _band(one, adds_up) is not None]
    if not ahead:
        return Markup("")
    fans = [_fan(mark, year, adds_up) for mark, year in years.items()]
    start = None
    if adds_up and first.actual_to_date is not None:
        start = (ahead[0].month.month - 1, first.actual_to_date)
    elif not adds_up:
        known = [one for one in first.baseline.months if one not in ahead]
        start = (known[-1].month.month, known[-1].median) if known else None
    months = [one.month.month for one in ahead]
    shown = () if kpi.traits.known_by_rates else goals  # months are not compared with the year
    return scenario_fans(start, months, fans, shown, words, lang)


def _fan(mark: str, year: SupposedYear, adds_up: bool) -> Fan:
    bands = [band for one in year.months if (band := _band(one, adds_up)) is not None]
    return Fan(
        mark,
        MARKS.index(mark) + 1 if mark else 0,
        tuple(one.q10 for one in bands),
        tuple(one.q50 for one in bands),
        tuple(one.q90 for one in bands),
    )


def _band(one: MonthView, adds_up: bool) -> Quantiles | None:
    if one.status != "projected":
        return None
    return one.cumulative if adds_up else one.quantiles
