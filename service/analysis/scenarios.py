"""What if: a plan's projections beside the same ones with levers on the months to come.

Internal: a scenario has no stamp, is no projection, enters neither the ledger nor
reports, and nobody outside is shown one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from models.targets.attainment import attainment
from service.analysis.closures import Assumed, assumed, assumptions, presets
from service.projections.issue import Basis, is_task, project_kpi, series_behind
from service.projections.shape import as_json, significant
from service.projections.stamps import rounded
from service.projections.view import ProjectionView
from service.projections.view_build import growth_view, month_views, target_view, year_view
from service.state.app_state import AppState
from service.texts import LANGUAGES, SCENARIO, label_of

Json = dict[str, Any]
SHOWN = (
    "projected",
    "growth_on_last_year",
    "targets",
    "probability",
    "status",
    "months",
)


@dataclass(frozen=True)
class Asked:
    """What is supposed.

    Attributes
    ----------
    name : '' for the preset's own
    levers : by KPI slug, in order
    preset, assumptions, kpi : a closure that is ready, and what is entered for it
    note : why it is asked
    definition : the same as JSON, kept with the result
    """

    name: str
    levers: Mapping[str, Sequence[Lever]]
    preset: str | None = None
    assumptions: Mapping[str, float] = field(default_factory=dict)
    kpi: str | None = None
    note: str = ""
    definition: Mapping[str, Any] = field(default_factory=dict)


def run(app_state: AppState, plan: str, day: date, asked: Asked) -> Json:
    """What comes of a scenario; nothing is kept.

    Raises
    ------
    InvalidScenario
        If a lever cannot be applied, or nothing is changed.
    NoBundle
        If nothing was trained on data up to that date.
    """
    basis = app_state.basis(plan, day)
    levers = {kpi: list(own) for kpi, own in asked.levers.items()}
    closure: Assumed | None = None
    if asked.preset is not None:
        closure = assumed(basis.plan, asked.preset, asked.assumptions, asked.kpi)
        levers.setdefault(closure.kpi, []).append(Lever("event", event=closure.event))
    if not levers:
        raise InvalidScenario("a scenario needs 'changes' or a 'preset'; nothing is changed.")
    for slug in levers:
        basis.plan.kpi(slug)
    name = asked.name.strip() or (closure.closure.name_vi if closure else "")
    if not name:
        raise InvalidScenario("a scenario needs a name, so that it is found again.")
    return {
        "plan": plan,
        "name": name,
        "note": asked.note,
        "as_of": day.isoformat(),
        "internal": True,
        "notice": {lang: SCENARIO[lang]["internal"] for lang in LANGUAGES},
        "label": label_of(basis.plan, bool(basis.labelled)),
        "definition": dict(asked.definition),
        "assumptions": assumptions(closure) if closure else [],
        "results": _results(app_state, basis, plan, levers),
    }


def save(app_state: AppState, plan: str, day: date, asked: Asked, by: str) -> Json:
    """Run a scenario and keep it."""
    found = run(app_state, plan, day, asked)
    definition = found.pop("definition")
    kept = save_scenario(app_state.store, plan, found["name"], day, definition, found, by)
    return detail(kept)


def saved(app_state: AppState, plan: str, number: int) -> Json:
    """A scenario as it was saved."""
    load_plan(app_state.store, plan)
    return detail(scenario(app_state.store, plan, number))


def listed(app_state: AppState, plan: str) -> Json:
    """The scenarios of a plan in short, newest first, and what is ready to be asked."""
    document = load_plan(app_state.store, plan)
    return {
        "plan": plan,
        "scenarios": [_short(one) for one in scenarios(app_state.store, plan)],
        "presets": presets(document),
    }


def detail(kept: Scenario) -> Json:
    """A saved scenario as JSON."""
    return {
        **kept.result,
        "definition": kept.definition,
        "id": kept.id,
        "by": kept.by,
        "at": kept.at.isoformat(),
    }


def _short(kept: Scenario) -> Json:
    first = kept.result["results"][0]
    target = next(iter(first["scenario"]["targets"]), None)
    baseline = next(iter(first["baseline"]["targets"]), None)
    return {
        "id": kept.id,
        "name": kept.name,
        "as_of": kept.as_of.isoformat(),
        "by": kept.by,
        "at": kept.at.isoformat(),
        "internal": True,
        "kpi": first["kpi"],
        "unit": first["unit"],
        "median": {
            "baseline": first["baseline"]["projected"]["median"],
            "scenario": first["scenario"]["projected"]["median"],
        },
        "probability": {
            "baseline": baseline and baseline["probability"],
            "scenario": target and target["probability"],
        },
    }


def _results(
    app_state: AppState, basis: Basis, plan: str, levers: Mapping[str, Sequence[Lever]]
) -> list[Json]:
    """Of the KPIs with levers, then of the totals that they move."""
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
                    f"'{total}' is the total of '{part}': change one of them, not both."
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
    """The KPIs that a KPI adds to: their `parts` name it, or its `parent` they are."""
    own = plan.kpi(slug)
    return [one.slug for one in plan.kpis if one.slug != slug and _adds_to(own, one)]


def _adds_to(part: Kpi, total: Kpi) -> bool:
    summed = part.traits.adds_up and total.traits.adds_up and part.unit == total.unit
    return summed and (part.slug in total.parts or part.parent == total.slug)


def _without_failing(projected: Any, slug: str) -> Projection | None:
    try:
        found: Projection = projected(slug)
    except InvalidScenario:
        return None
    return found


def _projection(basis: Basis, slug: str) -> Projection:
    kpi = basis.plan.kpi(slug)
    if is_task(basis.plan, kpi) or kpi.traits.in_words:
        raise InvalidScenario(
            f"'{slug}' is no monthly series; what if it is reported otherwise is asked by its "
            "judgement."
        )
    projected, _ = project_kpi(basis, slug)
    if projected.annual is None:
        reasons = "; ".join(projected.failures.values())
        raise InvalidScenario(f"'{slug}' has no projection to change: {reasons}")
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
) -> Json:
    """One KPI: what is projected, what would be, and the difference."""
    issued = app_state.issued(plan, slug, basis.day).view
    try:
        series = series_behind(basis, slug)
    except NoObservations as reason:
        raise InvalidScenario(f"'{slug}' has no projection to change: {reason}") from reason
    targets = tuple(one.target for one in before.attainments)
    attainments = [attainment(year, target, series) for target in targets]
    supposed = with_basis(
        series, year, attainments, before.method, before.fallback, before.failures
    )
    body = issued.model_copy(
        update={
            "projected": year_view(year),
            "growth_on_last_year": supposed.growth and growth_view(supposed.growth),
            "targets": tuple(
                target_view(one, entry.plan_version, entry.base_when_set)
                for one, entry in zip(attainments, issued.targets, strict=True)
            ),
            "probability": significant(supposed.probability),
            "status": supposed.status,
            "months": month_views(supposed.months),
        }
    )
    first, second = as_json(issued), as_json(body)
    return {
        "kpi": slug,
        "name": first["name"],
        "unit": first["unit"],
        "kind": first["kind"],
        "cutoff": first["cutoff"],
        "actual_to_date": first["actual_to_date"],
        "data_status": first["data_status"],
        "label": first["label"],
        "moved_by": list(moved_by),
        "changed_months": _changed_months(issued, body),
        "baseline_stamp": issued.stamp,
        "baseline": {name: first[name] for name in SHOWN},
        "scenario": {name: second[name] for name in SHOWN},
        "difference": rounded(
            {
                "median": second["projected"]["median"] - first["projected"]["median"],
                "mean": second["projected"]["mean"] - first["projected"]["mean"],
                "probability": _less(body.probability, issued.probability),
            }
        ),
    }


def _changed_months(issued: ProjectionView, body: ProjectionView) -> list[str]:
    pairs = zip(issued.months, body.months, strict=True)
    return [str(one.month) for one, other in pairs if one.quantiles != other.quantiles]


def _less(value: float | None, other: float | None) -> float | None:
    return None if value is None or other is None else value - other
