"""Builds a projection's view: the models' projection, its context in the service, the wording."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from data.plans.kpi import Kpi
from data.plans.plan import Plan, PlanVersion
from data.sign_off.rules import Estimate, signed
from models.annual import AnnualDistribution
from models.events.event import Event
from models.events.projects import Added
from models.paths import quantiles
from models.projection import Growth, ProjectedMonth, Projection, Reconciled
from models.series import Month
from models.targets.attainment import Attainment
from models.targets.fulfilment import Informed
from models.targets.required_pace import RequiredPace
from models.targets.target import Remark
from models.targets.task import Judgement
from models.targets.task_view import TaskSummary
from service.projections.shape import Name, Quantiles, Sentence, if_known
from service.projections.view import (
    BaseView,
    BaseWhenSetView,
    ElsewhereView,
    EstimateView,
    EventView,
    FailureView,
    FiguresView,
    GrowthView,
    JudgementView,
    MethodView,
    MonthView,
    NowcastView,
    PlanInformationView,
    ProjectionView,
    ProjectView,
    ReconciledView,
    RequiredMonthView,
    RequiredQuarterView,
    RequiredView,
    RestView,
    StepView,
    TargetView,
    TaskView,
    Unstamped,
    VersionView,
    YearView,
)
from service.texts import REMARK, Lang, chance, day_of, month_name, number


@dataclass(frozen=True)
class Context:
    """What the service adds to the projection that the models computed for a KPI.

    Attributes
    ----------
    plan, version, kpi, day : what is projected; `version` None before the first
    label : shown wherever the projection is shown
    bases_when_set : one per target, see `TargetView.base_when_set`
    figures : printed figures to list, and months to load
    events : accepted events that the forecast uses
    model_version : of the bundle used; None if no model is needed
    elsewhere : KPIs of other families that a late month was estimated from
    """

    plan: Plan
    version: PlanVersion | None
    kpi: Kpi
    day: date
    label: Name | None
    bases_when_set: tuple[BaseWhenSetView | None, ...]
    figures: FiguresView
    events: tuple[Event, ...]
    model_version: str | None
    elsewhere: tuple[ElsewhereView, ...] = ()


def unstamped(found: Projection, context: Context) -> Unstamped:
    """The view of one projection. Every number is rounded here and nowhere else."""
    version = context.version
    pairs = zip(found.attainments, context.bases_when_set, strict=True)
    return Unstamped(
        plan=context.plan.slug,
        kpi=context.kpi.slug,
        name=Name(vi=context.kpi.name_vi, en=context.kpi.name_en),
        plan_version=if_known(version, _version),
        label=context.label,
        unit=found.unit,
        kind=found.kind,
        year=found.year,
        as_of=context.day,
        cutoff=found.cutoff,
        actual_to_date=found.actual_to_date,
        data_status=found.data_status,
        projected=if_known(found.annual, year_view),
        growth_on_last_year=if_known(found.growth, lambda growth: _growth(growth, found, context)),
        targets=tuple(
            target_view(one, version.number if version else None, base) for one, base in pairs
        ),
        probability=found.probability,
        status=found.status,
        official_estimate=None,
        task=if_known(found.task, task_view),
        months=month_views(found.months),
        method=MethodView(
            name=found.method,
            fallback=found.fallback,
            failures=_failures(found.failures),
            events=tuple(_event(one) for one in context.events),
            model_version=context.model_version,
            plan=if_known(found.informed, _plan),
            reconciled=if_known(found.reconciled, _reconciled),
        ),
        figures=context.figures,
        projects=tuple(_project(one) for one in found.projects),
        nowcast=_nowcast(found, context.elsewhere),
    )


def stamped(body: Unstamped, stamp: str) -> ProjectionView:
    """The view with its stamp."""
    return ProjectionView.model_construct(**vars(body), stamp=stamp)


def with_estimate(view: ProjectionView, estimate: Estimate | None) -> ProjectionView:
    """The view with the official estimate, which the stamp does not cover."""
    return view.model_copy(update={"official_estimate": if_known(estimate, estimate_view)})


def year_view(annual: AnnualDistribution) -> YearView:
    levels = quantiles(annual.samples)
    if annual.middle is not None:
        levels["0.5"] = annual.shown_median
    return YearView(
        mean=annual.shown_mean,
        median=annual.shown_median,
        quantiles=_quantiles(levels),
        decimals=if_known(annual.middle, lambda middle: middle.decimals),
    )


def outcomes_view(outcomes: NDArray[np.float64]) -> YearView:
    """The year of a total of which only the outcomes are known, shape (n_paths,)."""
    return YearView(
        mean=float(np.mean(outcomes)),
        median=float(np.median(outcomes)),
        quantiles=_quantiles(quantiles(outcomes)),
    )


def growth_view(growth: Growth) -> GrowthView:
    return GrowthView(median=growth.median, base=growth.base, base_status=growth.base_status)


def month_views(months: Iterable[ProjectedMonth]) -> tuple[MonthView, ...]:
    return tuple(
        MonthView(
            month=one.month,
            status=one.status,
            median=one.median,
            quantiles=_quantiles(one.quantiles) if one.quantiles else None,
            cumulative=_quantiles(one.cumulative) if one.cumulative else None,
        )
        for one in months
    )


def target_view(
    one: Attainment, plan_version: int | None, base_when_set: BaseWhenSetView | None
) -> TargetView:
    target = one.target
    return TargetView(
        level=target.level,
        period=target.period,
        comparator=target.comparator,
        form=target.form,
        lower=target.lower,
        upper=target.upper,
        lower_value=one.lower_value,
        upper_value=one.upper_value,
        base_when_set=base_when_set,
        base_today=None if one.base is None else BaseView(value=one.base, status=one.base_status),
        plan_version=plan_version,
        source=target.source,
        probability=one.probability,
        status=one.status,
        mark=one.period_outcome,
        actual=one.actual,
        provisional=one.provisional,
        expected_gap=one.expected_gap,
        required=if_known(one.required, _required),
        reason=if_known(one.reason, worded),
    )


def estimate_view(estimate: Estimate) -> EstimateView:
    """An official estimate with who signed it."""
    checked, approved, issued = (
        signed(estimate.steps, state) for state in ("checked", "approved", "issued")
    )
    return EstimateView(
        value=estimate.value,
        unit=estimate.unit,
        author=estimate.author,
        reason=estimate.reason,
        state=estimate.state,
        entered_at=estimate.steps[0].at,
        checked_by=if_known(checked, lambda step: step.by),
        approved_by=if_known(approved, lambda step: step.by),
        issued_at=if_known(issued, lambda step: step.at),
    )


def task_view(task: TaskSummary) -> TaskView:
    return TaskView(
        done=task.done,
        remaining=task.remaining,
        goal=task.goal,
        level=task.level,
        period=task.period,
        of=task.of,
        starts=task.starts,
        deadline=task.deadline,
        lead=task.lead,
        role=task.role,
        part=task.part,
        obstacle=task.obstacle,
        reported=task.reported,
        reported_by=task.reported_by,
        judgement=if_known(task.judgement, _judgement),
        recognised_later=task.recognised_later,
        steps=tuple(
            StepView(
                step=step.slug,
                name=Name(vi=step.name_vi, en=step.name_en),
                due=step.due,
                done_on=step.done_on,
                overdue=step.overdue,
                judgement=if_known(step.judgement, _judgement),
            )
            for step in task.steps
        ),
        assumptions=tuple(worded(remark) for remark in task.assumptions),
        missing=tuple(worded(remark) for remark in task.missing),
    )


def worded(remark: Remark) -> Sentence:
    """A remark as a code and a sentence in both languages, from the catalogues."""
    return Sentence(code=remark.code, vi=_sentence(remark, "vi"), en=_sentence(remark, "en"))


def _growth(growth: Growth, found: Projection, context: Context) -> GrowthView:
    if not context.kpi.changes_by_points or found.annual is None:
        return growth_view(growth)
    points = found.annual.shown_median - growth.base
    return growth_view(replace(growth, median=points))


def _version(version: PlanVersion) -> VersionView:
    return VersionView(number=version.number, adopted=version.adopted, document=version.document)


def _required(pace: RequiredPace) -> RequiredView:
    return RequiredView(
        monthly_average=pace.monthly_average,
        ratio_to_last_year=pace.ratio_to_last_year,
        rank_in_history=pace.rank_in_history,
        quarters=tuple(
            RequiredQuarterView(
                quarter=one.quarter, minimum=one.minimum, growth=one.growth, rank=one.rank
            )
            for one in pace.quarters
        ),
        months=tuple(
            RequiredMonthView(month=one.month, minimum=one.minimum, growth=one.growth)
            for one in pace.months
        ),
    )


def _quantiles(levels: Mapping[str, float]) -> Quantiles:
    return Quantiles.model_validate(levels)


def _failures(reasons: Mapping[str, str]) -> tuple[FailureView, ...]:
    return tuple(FailureView(candidate=name, reason=reasons[name]) for name in sorted(reasons))


def _plan(done: Informed) -> PlanInformationView:
    return PlanInformationView(
        before=done.before,
        plan=done.plan,
        weight=done.weight,
        usual=done.learned.usual,
        earlier_plans=done.learned.n_plans,
        met=done.learned.met,
    )


def _reconciled(done: Reconciled) -> ReconciledView:
    rests = tuple(RestView(parts=one.parts, value=one.value) for one in done.rests)
    return ReconciledView(before=done.before, others=done.others, rests=rests)


def _event(event: Event) -> EventView:
    return EventView(
        start=event.start,
        shape=event.shape,
        size=event.size,
        length=event.length,
        name=event.name,
    )


def _project(one: Added) -> ProjectView:
    project = one.project
    return ProjectView(
        project=project.number,
        kpi=project.kpi,
        name=Name(vi=project.name_vi, en=project.name_en or project.name_vi),
        start=project.start,
        added=one.mean,
        low=one.low,
        high=one.high,
    )


def _nowcast(found: Projection, elsewhere: tuple[ElsewhereView, ...]) -> NowcastView | None:
    one, annual = found.nowcast, found.annual
    if one is None or annual is None:
        return None
    low, high = (float(level) for level in np.quantile(annual.known, (0.1, 0.9)))
    return NowcastView(
        since=one.since,
        day=one.day,
        printed=one.printed,
        share=one.share,
        low=low,
        high=high,
        siblings=one.siblings,
        elsewhere=elsewhere,
        left=one.left,
        gain=one.gain if one.siblings else None,
    )


def _judgement(one: Judgement) -> JudgementView:
    return JudgementView(probability=one.probability, day=one.day, by=one.by)


def _sentence(remark: Remark, lang: Lang) -> str:
    """The catalogue's sentence; a value per language ('steps_vi') is used in its language."""
    values = {
        name.removesuffix(f"_{lang}"): _shown(name, value, lang)
        for name, value in remark.values.items()
    }
    return REMARK[lang][remark.code].format(**values)


def _shown(name: str, value: str | float | date | Month, lang: Lang) -> str:
    if isinstance(value, Month):
        return month_name(value, lang)
    if isinstance(value, date):
        return day_of(value, lang)
    if isinstance(value, str):
        return value
    return chance(value, "on_track", lang) if name == "probability" else number(value, lang)
