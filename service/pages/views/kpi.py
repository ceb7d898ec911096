"""The KPI page: targets, required quarters and months, method and history."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from data.plans import entries
from data.plans.kpi import Kpi
from data.plans.progress import reports_of
from data.sign_off.rows import sign_off
from data.sign_off.rules import State
from models.errors import NoBundle, NoObservations
from models.series import Month
from models.targets.target import Status
from service.analysis.changes import change_between
from service.analysis.history import history_of
from service.pages.views.estimates import EstimateShown, estimate_shown, states_shown
from service.pages.views.frame import Frame, PlanContent
from service.pages.views.method import accuracy_lines, method_lines
from service.pages.views.notes import NoteShown, notes_of
from service.pages.views.quarters import PeriodRow, period_rows
from service.pages.views.target_line import TargetLine, target_line
from service.pages.views.targets import growth_shown, share_shown
from service.projections.facts import Facts, facts_of
from service.projections.tables import (
    Row,
    TaskRow,
    pace_growth,
    printed_lines,
    project_lines,
    table_rows,
    task_rows,
)
from service.projections.view import (
    HistoryPoint,
    ProjectionView,
    StepView,
    TargetView,
    TaskView,
)
from service.state.app_state import AppState
from service.texts import (
    LEVEL,
    STATUS,
    TEXT,
    Lang,
    band_writer,
    bounds,
    chance,
    day_of,
    month_name,
    number,
    percent,
    period_name,
    signed,
    signed_percent,
    unit_of,
)
from service.wording import person, source_in

_EARLY = 6  # months known, up to which the plans of earlier years stand beside the probability


@dataclass(frozen=True)
class TargetShown:
    """A target as texts; '–' for a missing value.

    Attributes
    ----------
    set : a growth target as written in the plan, '' for an absolute target
    required, required_growth : monthly average needed from now on, and its growth
    """

    level: str
    period: str
    bounds: str
    set: str
    probability: str
    code: Status
    status: str
    gap: str
    required: str
    required_growth: str
    version: int | None
    source: str
    reason: str | None


@dataclass(frozen=True)
class MonthShown:
    """A month in the table of the fan chart; '–' for a missing value."""

    month: str
    last_year: str
    value: str
    status: str
    band: str
    minimum: str


@dataclass(frozen=True)
class HistoryShown:
    """The projection of a past month; no status without one.

    `hindsight`: the month had no model, and today's says this of it.
    """

    month: str
    probability: str
    code: Status | None
    status: str
    median: str
    hindsight: bool


@dataclass(frozen=True)
class StepShown:
    """A step of a task; `done_on` is None until it is reported done."""

    step: str
    name: str
    due: str
    done_on: str | None
    overdue: bool
    judgement: str


@dataclass(frozen=True)
class ReportShown:
    """A report about a task; `step` is '' for the task as a whole."""

    day: str
    by: str
    step: str
    done: int | None
    obstacle: str | None
    note: str


@dataclass(frozen=True)
class Answer:
    """The projection of a KPI at a vintage, with all that the page shows around it.

    Attributes
    ----------
    line : its bullet bar, and the need of the next quarter
    moved : why the probability moved since last month, in a sentence; '' if unknown
    of_plan, on_period : per cent, '*' if no source printed it
    cutoff : the last observed month of the plan's year
    task : None for a series; `steps`, `remarks` and `progress` belong to it
    ceiling : the assigned target is an upper bound
    ahead, past : the quarters with the months to come, and the months that are over
    charted : there is a series to draw
    usual : how many earlier plans were met, early in the year; '' later or without any
    projects : what accepted projects add to the year
    method, accuracy : of a series; a task explains itself in `remarks`
    answered : number of months of `history` with a probability
    month : of the vintage, for a new note or estimate
    """

    one: ProjectionView
    row: Row
    line: TargetLine
    moved: str
    unit: str
    of_plan: str
    on_period: str
    cutoff: str | None
    task: TaskRow | None
    steps: tuple[StepShown, ...]
    remarks: tuple[str, ...]
    progress: tuple[ReportShown, ...]
    targets: tuple[TargetShown, ...]
    ceiling: bool
    ahead: tuple[PeriodRow, ...]
    past: tuple[PeriodRow, ...]
    months: tuple[MonthShown, ...]
    charted: bool
    history: tuple[HistoryShown, ...]
    answered: int
    usual: str
    projects: tuple[str, ...]
    method: tuple[str, ...]
    accuracy: tuple[str, ...]
    printed: tuple[str, ...]
    notes: tuple[NoteShown, ...]
    month: str
    estimate: EstimateShown | None
    states: tuple[tuple[State, str], ...]


@dataclass(frozen=True, kw_only=True)
class KpiContent(PlanContent):
    """The content of the KPI page; `answer` is None without a projection."""

    kpi: Kpi
    kpi_name: str
    answer: Answer | None = None


def answer_of(app_state: AppState, frame: Frame, kpi: Kpi, day: date, lang: Lang) -> Answer:
    """The texts and formatted figures of the KPI page.

    Raises
    ------
    NoBundle, NoObservations
        If the KPI is a series and there is no bundle or no figure for that day.
    """
    plan = frame.plan
    (one,) = app_state.shown(plan.slug, day, kpi.slug)
    basis = app_state.basis(plan.slug, day)
    (facts,) = facts_of(plan, [one], basis.panel, day)
    (row,) = table_rows([one], plan, lang)
    try:
        series = basis.panel.series_as_of(kpi.slug, day)
    except NoObservations:
        series = None
    task, assigned = one.task, one.assigned
    periods = period_rows(facts, series, basis.version, lang)
    points = () if task else history_of(app_state, plan.slug, kpi.slug, day.isoformat()).history
    signed_off = sign_off(app_state.store, plan.slug, Month(day.year, day.month))
    estimate = signed_off.current.get(kpi.slug)
    return Answer(
        one=one,
        row=row,
        line=target_line(facts, None, lang),
        moved=_moved(app_state, plan.slug, one, day, lang),
        unit=unit_of(one, lang),
        of_plan=share_shown(facts.of_plan, lang),
        on_period=growth_shown(facts.growth_to_date, lang),
        cutoff=month_name(facts.cutoff, lang) if facts.cutoff else None,
        task=next(iter(task_rows([one], lang)), None),
        steps=tuple(_step(step, lang) for step in task.steps) if task else (),
        remarks=_remarks(task, lang) if task else (),
        progress=_progress(app_state, plan.slug, kpi, day, lang) if task else (),
        targets=tuple(_target(target, one, kpi.decimals, lang) for target in one.targets),
        ceiling=assigned is not None and assigned.comparator == "at_most",
        ahead=tuple(period for period in periods if period.quarter or period.ahead),
        past=tuple(period for period in periods if not (period.quarter or period.ahead)),
        months=_months(facts, lang),
        charted=series is not None,
        history=tuple(_history(point, kpi.decimals, lang) for point in points),
        answered=sum(point.probability is not None for point in points),
        usual=_usual(one, lang),
        projects=tuple(project_lines(one, basis.plan, lang)),
        method=tuple(method_lines(one, basis, lang)) if one.projected and not task else (),
        accuracy=tuple(accuracy_lines(basis, kpi, facts.cutoff, lang)),
        printed=tuple(printed_lines(one, plan, lang)),
        notes=notes_of(app_state, plan, kpi, day, lang),
        month=f"{day:%Y-%m}",
        estimate=estimate_shown(estimate, kpi, one, lang) if estimate else None,
        states=states_shown(lang),
    )


def _moved(app_state: AppState, plan: str, one: ProjectionView, day: date, lang: Lang) -> str:
    """Why the projection moved since the end of last month."""
    if one.projected is None and one.probability is None:
        return ""
    since = day.replace(day=1) - timedelta(days=1)
    try:
        change = change_between(app_state, plan, since, day, one.kpi, hindsight=True)
    except (NoBundle, NoObservations):
        return ""
    if change.projected.before is None and change.task is False:
        return ""
    said = TEXT[lang]["kpi.moved"].format(day=day_of(since, lang), sentence=change.sentence[lang])
    hindsight = app_state.hindsight(plan, since, day) is not None
    return f"{said} {TEXT[lang]['kpi.moved_hindsight']}" if hindsight else said


def _usual(one: ProjectionView, lang: Lang) -> str:
    """How many plans of earlier years were met: what is known best while few months are."""
    learned = one.method.plan
    known = one.cutoff.month if one.cutoff and one.cutoff.year == one.year else 0
    if learned is None or known > _EARLY:
        return ""
    met = percent(100 * learned.met, lang, 0)
    return TEXT[lang]["kpi.usual"].format(met=met, plans=learned.earlier_plans)


def _target(target: TargetView, one: ProjectionView, decimals: int, lang: Lang) -> TargetShown:
    required = target.required
    return TargetShown(
        level=LEVEL[lang][target.level],
        period=period_name(target.period, lang),
        bounds=bounds(target, lang, decimals),
        set=_as_set(target, lang),
        probability=chance(target.probability, target.status, lang),
        code=target.status,
        status=STATUS[lang][target.status],
        gap=signed(target.expected_gap, lang, decimals),
        required=number(required.monthly_average, lang, decimals) if required else "–",
        required_growth=""
        if one.traits.outcome_is_rate
        else pace_growth(required, lang, one.in_points),
        version=target.plan_version,
        source=source_in(target.source, lang),
        reason=target.reason[lang] if target.reason else None,
    )


def _as_set(target: TargetView, lang: Lang) -> str:
    """A growth target as written in the plan: '+4,0% – +5,0%'; '' for an absolute target."""
    if target.form != "growth":
        return ""
    ends = [end for end in (target.lower, target.upper) if end is not None]
    return " – ".join(signed_percent(end, lang) for end in ends)


def _months(facts: Facts, lang: Lang) -> tuple[MonthShown, ...]:
    """The table of the fan chart, for readers who cannot see the chart."""
    decimals = facts.kpi.decimals
    rows = []
    for month in facts.months:
        band = "–"
        if month.quantiles:
            low, high = month.quantiles.q10, month.quantiles.q90
            band = f"{number(low, lang, decimals)} – {number(high, lang, decimals)}"
        rows.append(
            MonthShown(
                month=month_name(month.month, lang),
                last_year=number(month.last_year, lang, decimals),
                value=number(month.value, lang, decimals),
                status=TEXT[lang][f"figure.{month.status}"],
                band=band,
                minimum=number(month.minimum, lang, decimals),
            )
        )
    return tuple(rows)


def _history(point: HistoryPoint, decimals: int, lang: Lang) -> HistoryShown:
    return HistoryShown(
        month=month_name(f"{point.as_of:%Y-%m}", lang),
        probability=chance(point.probability, point.status or "", lang),
        code=point.status,
        status=STATUS[lang][point.status] if point.status else "",
        median=_projected(point, decimals, lang),
        hindsight=point.hindsight,
    )


def _projected(point: HistoryPoint, decimals: int, lang: Lang) -> str:
    if point.median is None or point.quantiles is None:
        return "–"
    return band_writer(point.quantiles, decimals, lang)(point.median)


def _step(step: StepView, lang: Lang) -> StepShown:
    judged = step.judgement
    return StepShown(
        step=step.step,
        name=step.name[lang],
        due=day_of(step.due, lang) if step.due else "–",
        done_on=day_of(step.done_on, lang) if step.done_on else None,
        overdue=step.overdue,
        judgement=percent(100 * judged.probability, lang, 0) if judged else "–",
    )


def _remarks(task: TaskView, lang: Lang) -> tuple[str, ...]:
    return tuple(remark[lang] for remark in (*task.assumptions, *task.missing))


def _progress(
    app_state: AppState, plan: str, kpi: Kpi, day: date, lang: Lang
) -> tuple[ReportShown, ...]:
    """Progress reports on a task, newest first."""
    reports = reports_of(entries.progress_of(app_state.store, plan), kpi.slug)
    return tuple(
        ReportShown(
            day_of(one.day, lang), person(one.by, lang), one.step, one.done, one.obstacle, one.note
        )
        for one in reversed(reports)
        if one.day <= day
    )
