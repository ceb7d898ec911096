"""What if: a plan's projections beside the same ones with levers on the remaining months.

Internal: a scenario is no projection, has no stamp, enters neither the ledger nor
reports, and is never shown to readers outside.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from data.plans.kpi import Kpi
from data.plans.plan import Plan
from data.plans.rows import load_plan
from data.plans.scenarios import Scenario, save_scenario, scenario, scenarios
from models.annual import AnnualDistribution
from models.errors import InvalidScenario, NoObservations
from models.events.levers import Lever, changed, with_part
from models.projection import Projection, with_basis
from models.series import Month
from models.targets.attainment import attainment
from service.analysis.closures import Assumed, assumed, assumptions, presets
from service.projections.basis import Basis
from service.projections.issue import is_task, project_kpi
from service.projections.shape import as_json, if_known, in_both
from service.projections.view_build import growth_view, month_views, target_view, year_view
from service.shapes.analysis import (
    Beside,
    Difference,
    ScenarioDetail,
    ScenarioList,
    ScenarioResult,
    ScenarioRun,
    ScenarioSummary,
    SupposedYear,
)
from service.state.app_state import AppState
from service.texts import SCENARIO


@dataclass(frozen=True)
class ScenarioInput:
    """What a scenario assumes.

    Attributes
    ----------
    name : '' for the preset's name
    levers : by KPI slug, in order
    preset, assumptions, kpi : a border closure and what was entered for it
    note : why the scenario is run
    definition : the same as JSON, saved with the result
    """

    name: str
    levers: Mapping[str, Sequence[Lever]]
    preset: str | None = None
    assumptions: Mapping[str, float] = field(default_factory=dict)
    kpi: str | None = None
    note: str = ""
    definition: Mapping[str, Any] = field(default_factory=dict)


def run(app_state: AppState, plan: str, day: date, given: ScenarioInput) -> ScenarioRun:
    """The result of a scenario; nothing is saved.

    Raises
    ------
    InvalidScenario
        If a lever cannot be applied, or there is none.
    NoBundle
        If no bundle was trained on data up to that day.
    """
    basis = app_state.basis(plan, day)
    levers = {kpi: list(own) for kpi, own in given.levers.items()}
    closure: Assumed | None = None
    if given.preset is not None:
        closure = assumed(basis.plan, given.preset, given.assumptions, given.kpi)
        levers.setdefault(closure.kpi, []).append(Lever("event", event=closure.event))
    if not levers:
        raise InvalidScenario("a scenario needs 'changes' or a 'preset'; nothing is changed.")
    for slug in levers:
        basis.plan.kpi(slug)
    name = given.name.strip() or (closure.closure.name_vi if closure else "")
    if not name:
        raise InvalidScenario("a scenario needs a name to be found by; enter one.")
    return ScenarioRun(
        plan=plan,
        name=name,
        note=given.note,
        as_of=day,
        internal=True,
        notice=in_both(lambda lang: SCENARIO[lang]["internal"]),
        label=basis.label(),
        assumptions=assumptions(closure) if closure else (),
        results=tuple(_results(app_state, basis, plan, levers)),
    )


def unsaved(found: ScenarioRun, given: ScenarioInput, by: str) -> ScenarioDetail:
    """A scenario that was run but not saved."""
    return ScenarioDetail(**vars(found), definition=given.definition, id=None, by=by, at=None)


def save(
    app_state: AppState, plan: str, day: date, given: ScenarioInput, by: str
) -> ScenarioDetail:
    """Run a scenario and save it."""
    found = run(app_state, plan, day, given)
    definition = dict(given.definition)
    return detail(
        save_scenario(app_state.store, plan, found.name, day, definition, as_json(found), by)
    )


def saved(app_state: AppState, plan: str, number: int) -> ScenarioDetail:
    """A scenario as it was saved."""
    load_plan(app_state.store, plan)
    return detail(scenario(app_state.store, plan, number))


def listed(app_state: AppState, plan: str) -> ScenarioList:
    """Summaries of a plan's scenarios, newest first, and the presets."""
    document = load_plan(app_state.store, plan)
    return ScenarioList(
        plan=plan,
        scenarios=tuple(_short(one) for one in scenarios(app_state.store, plan)),
        presets=presets(document),
    )


def detail(stored: Scenario) -> ScenarioDetail:
    """A saved scenario with its definition, author and time."""
    found = ScenarioRun.model_validate(stored.result)
    return ScenarioDetail(
        **vars(found), definition=stored.definition, id=stored.id, by=stored.by, at=stored.at
    )


def _short(stored: Scenario) -> ScenarioSummary:
    first = ScenarioRun.model_validate(stored.result).results[0]
    sides = (first.baseline, first.scenario)
    medians = [one.projected.median for one in sides]
    chances = [one.targets[0].probability if one.targets else None for one in sides]
    return ScenarioSummary(
        id=stored.id,
        name=stored.name,
        as_of=stored.as_of,
        by=stored.by,
        at=stored.at,
        internal=True,
        kpi=first.kpi,
        unit=first.unit,
        median=Beside(baseline=medians[0], scenario=medians[1]),
        probability=Beside(baseline=chances[0], scenario=chances[1]),
    )


def _results(
    app_state: AppState, basis: Basis, plan: str, levers: Mapping[str, Sequence[Lever]]
) -> list[ScenarioResult]:
    """Results for the KPIs with levers, then for the totals they change."""
    years: dict[str, AnnualDistribution] = {}
    before: dict[str, Projection] = {}

    def projected(slug: str) -> Projection:
        if slug not in before:
            before[slug] = _projection(basis, slug)
        return before[slug]

    for slug, own in levers.items():
        years[slug] = changed(_year(projected(slug)), own)
    moved_by: dict[str, list[str]] = {slug: [] for slug in levers}
    waiting = list(levers)
    while waiting:
        part = waiting.pop(0)
        for total in totals_of(basis.plan, part):
            if total in levers:
                raise InvalidScenario(
                    "'{total}' is the total of '{part}': change one of them, not both.",
                    total=total,
                    part=part,
                )
            whole = _without_failing(projected, total)
            if whole is None or whole.annual is None:
                continue
            years[total] = with_part(
                years.get(total, whole.annual), _year(projected(part)), years[part]
            )
            moved_by.setdefault(total, []).append(part)
            if total not in waiting:
                waiting.append(total)
    return [
        _result(app_state, basis, plan, slug, before[slug], years[slug], moved_by[slug])
        for slug in moved_by
    ]


def totals_of(plan: Plan, slug: str) -> list[str]:
    """The totals of a KPI: those whose `parts` name it, and its `parent`."""
    own = plan.kpi(slug)
    return [one.slug for one in plan.kpis if one.slug != slug and _adds_to(own, one)]


def _adds_to(part: Kpi, total: Kpi) -> bool:
    summed = part.traits.adds_up and total.traits.adds_up and part.unit == total.unit
    return summed and (part.slug in total.all_parts or part.parent == total.slug)


def _without_failing(projected: Callable[[str], Projection], slug: str) -> Projection | None:
    try:
        return projected(slug)
    except InvalidScenario:
        return None


def _projection(basis: Basis, slug: str) -> Projection:
    kpi = basis.plan.kpi(slug)
    if is_task(basis.plan, kpi) or kpi.traits.in_words:
        raise InvalidScenario(
            "expected a monthly series, found '{slug}'; enter a judgement for a task instead.",
            slug=slug,
        )
    projected, _ = project_kpi(basis, slug)
    if projected.annual is None:
        reasons = "; ".join(projected.failures.values())
        raise InvalidScenario(
            "'{slug}' has no projection to change: {reasons}", slug=slug, reasons=reasons
        )
    return projected


def _year(projected: Projection) -> AnnualDistribution:
    assert projected.annual is not None
    return projected.annual


def _result(
    app_state: AppState,
    basis: Basis,
    plan: str,
    slug: str,
    before: Projection,
    year: AnnualDistribution,
    moved_by: Sequence[str],
) -> ScenarioResult:
    """One KPI: baseline, scenario and difference."""
    issued = app_state.issued(plan, slug, basis.day).view
    try:
        series = basis.series(slug)
    except NoObservations as reason:
        raise InvalidScenario(
            "'{slug}' has no projection to change: {reason}", slug=slug, reason=reason
        ) from reason
    if issued.projected is None or issued.cutoff is None:
        raise InvalidScenario("'{slug}' has no projection to change.", slug=slug)
    targets = tuple(one.target for one in before.attainments)
    attainments = [attainment(year, target, series) for target in targets]
    supposed = with_basis(
        series, year, attainments, before.method, before.fallback, before.failures
    )
    baseline = SupposedYear(
        projected=issued.projected,
        growth_on_last_year=issued.growth_on_last_year,
        targets=issued.targets,
        probability=issued.probability,
        status=issued.status,
        months=issued.months,
    )
    other = SupposedYear(
        projected=year_view(year),
        growth_on_last_year=if_known(supposed.growth, growth_view),
        targets=tuple(
            target_view(one, entry.plan_version, entry.base_when_set)
            for one, entry in zip(attainments, issued.targets, strict=True)
        ),
        probability=supposed.probability,
        status=supposed.status,
        months=month_views(supposed.months),
    )
    return ScenarioResult(
        kpi=slug,
        name=issued.name,
        unit=issued.unit,
        kind=issued.kind,
        cutoff=issued.cutoff,
        actual_to_date=issued.actual_to_date,
        data_status=issued.data_status,
        label=issued.label,
        moved_by=tuple(moved_by),
        changed_months=_changed_months(baseline, other),
        baseline_stamp=issued.stamp,
        baseline=baseline,
        scenario=other,
        difference=Difference(
            median=other.projected.median - baseline.projected.median,
            mean=other.projected.mean - baseline.projected.mean,
            probability=_difference(other.probability, baseline.probability),
        ),
    )


def _changed_months(baseline: SupposedYear, other: SupposedYear) -> tuple[Month, ...]:
    pairs = zip(baseline.months, other.months, strict=True)
    return tuple(before.month for before, after in pairs if before.quantiles != after.quantiles)


def _difference(value: float | None, other: float | None) -> float | None:
    return None if value is None or other is None else value - other
