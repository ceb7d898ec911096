"""A plan's projections as tables of formatted text, for pages and the command line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from data.plans.plan import Plan
from models.pipeline import OLDEST
from models.projection import NO_FORECAST
from models.series import Month
from service.projections.printed_figures import FIGURES, RATES
from service.projections.view import (
    JointProbability,
    PrintedView,
    ProjectionView,
    RequiredView,
    TaskView,
)
from service.texts import (
    FIGURE,
    FORM,
    LEVEL,
    REMARK,
    ROLE,
    STATUS,
    TEXT,
    Lang,
    bounds,
    chance,
    change_of,
    day_of,
    month_name,
    number,
    percent,
    points_of,
    signed,
    signed_percent,
    unit_name,
    unit_of,
    writer,
)
from service.wording import source_in

SHOWN = 4  # siblings named with a late month


@dataclass(frozen=True)
class Row:
    """One KPI in words and formatted numbers; '–' for missing values."""

    kpi: str
    name: str
    unit: str
    actual: str
    actual_status: str
    projected: str
    interval: str
    growth: str
    target: str
    probability: str
    status: str
    status_code: str
    pace: str
    pace_growth: str
    note: str
    label: str


def table_rows(projections: Sequence[ProjectionView], plan: Plan, lang: Lang) -> list[Row]:
    """One row per projection, in their order."""
    return [table_row(one, plan.kpi(one.kpi).decimals, lang) for one in projections]


def columns(lang: Lang) -> tuple[str, ...]:
    """Headings of the table, in the order of `Row.actual` … `Row.pace`."""
    text = TEXT[lang]
    return (
        text["kpi"],
        text["unit"],
        text["actual_to_date"],
        text["projected_year"],
        text["target"],
        text["probability"],
        text["status"],
        text["pace"],
    )


def table_row(one: ProjectionView, decimals: int, lang: Lang) -> Row:
    """A projection as a row; `decimals` are its KPI's."""
    year, target = one.projected, one.assigned
    growth_kind = one.traits.outcome_is_rate
    growth = one.growth_on_last_year
    required = None if target is None else target.required
    projected, interval = "–", "–"
    if year:
        written = writer(year, decimals, lang)
        projected = written(year.median)
        interval = f"{written(year.quantiles.q10)} – {written(year.quantiles.q90)}"
    return Row(
        kpi=one.kpi,
        name=one.name[lang],
        unit=unit_of(one, lang),
        actual=number(one.actual_to_date, lang, decimals),
        actual_status=FIGURE[lang][one.data_status] if one.data_status else "",
        projected=projected,
        interval=interval,
        growth=change_of(growth.median, lang, one.in_points)
        if growth and not growth_kind
        else "–",
        target=bounds(target, lang, decimals) if target else "–",
        probability=chance(target.probability, target.status, lang) if target else "–",
        status=STATUS[lang][one.status],
        status_code=one.status,
        pace=number(required.monthly_average, lang, decimals) if required else "–",
        pace_growth="" if growth_kind else pace_growth(required, lang, one.in_points),
        note=_note(one, lang),
        label=one.label[lang] if one.label else "",
    )


def pace_growth(required: RequiredView | None, lang: Lang, in_points: bool) -> str:
    """Growth on the same months of last year that the required pace implies; '' if none."""
    if not required or required.ratio_to_last_year is None:
        return ""
    per_cent = (required.ratio_to_last_year - 1) * 100
    change = points_of(required.monthly_average, per_cent) if in_points else per_cent
    growth = change_of(change, lang, in_points)
    return TEXT[lang]["pace_on_year"].format(growth=growth)


def _note(one: ProjectionView, lang: Lang) -> str:
    """Why there is no projection, or the step of the fallback ladder that made it."""
    method, to_load = one.method, one.figures.to_load
    if one.task:
        return " ".join(remark[lang] for remark in one.task.missing)
    if one.status != "no_basis":
        fallback = method.fallback
        return TEXT[lang][f"annex.method.{fallback}"] if fallback else ""
    reasons = _reasons(one, lang)
    if to_load is not None:
        months = (month_name(end, lang) for end in (to_load.first, to_load.last))
        reasons.insert(0, TEXT[lang]["to_load"].format(*months))
    return "; ".join(reasons)


def _reasons(one: ProjectionView, lang: Lang) -> list[str]:
    """Why a KPI has no basis; what candidates report is for engineers and in English only."""
    worded = one.assigned.reason if one.assigned is not None else None
    if worded is not None and worded.code != NO_FORECAST.code:
        return [worded[lang]]
    if one.cutoff is not None:
        age = Month(one.as_of.year, one.as_of.month).ordinal - Month.parse(str(one.cutoff)).ordinal
        if age > OLDEST:
            month = month_name(one.cutoff, lang)
            return [REMARK[lang]["figures_too_old"].format(month=month, age=age)]
    found = [failure.reason for failure in one.method.failures if failure.candidate != FIGURES]
    if lang == "vi" and found:
        return [REMARK[lang][NO_FORECAST.code]]
    return found


def printed_lines(one: ProjectionView, plan: Plan, lang: Lang) -> list[str]:
    """Printed figures of a KPI, one line each, then contradictions, those with others last."""
    decimals = plan.kpi(one.kpi).decimals
    lines = [_printed_line(figure, decimals, lang) for figure in one.figures.printed]
    return lines + contradiction_lines(one, plan, lang)


def contradiction_lines(one: ProjectionView, plan: Plan, lang: Lang) -> list[str]:
    """Printed figures that contradict each other, then those that contradict other KPIs'."""
    text, figures, decimals = TEXT[lang], one.figures, plan.kpi(one.kpi).decimals
    names, lines = names_of(plan, lang), []
    for figure in figures.contradictions:
        given = _printed_value(figure, figure.found, decimals, lang)
        verdict = text["contradiction_kept"] if figure.kept else text["contradiction_aside"]
        lines.append(f"{_printed_line(figure, decimals, lang)}: {verdict.format(given)}")
    for apart in figures.disagreements:
        given = _printed_value(apart, apart.found, decimals, lang)
        verdict = text[f"disagreement.{apart.relation}"]
        said = verdict.format(others=", ".join(names.get(o, o) for o in apart.others), found=given)
        lines.append(f"{_printed_line(apart, decimals, lang)}: {said}")
    return lines


def names_of(plan: Plan, lang: Lang) -> dict[str, str]:
    """Slug → name of the plan's KPIs."""
    return {kpi.slug: kpi.name_vi if lang == "vi" else kpi.name_en for kpi in plan.kpis}


def plan_line(one: ProjectionView, plan: Plan, lang: Lang) -> str | None:
    """That the plan informs the forecast, and how; None if it does not."""
    done, decimals = one.method.plan, plan.kpi(one.kpi).decimals
    if done is None:
        return None
    return TEXT[lang]["method.plan"].format(
        before=number(done.before, lang, decimals),
        plan=number(done.plan, lang, decimals),
        usual=percent(100 * done.usual, lang, 0),
        weight=percent(100 * done.weight, lang, 0),
        plans=done.earlier_plans,
        met=percent(100 * done.met, lang, 0),
    )


def reconciled_line(one: ProjectionView, plan: Plan, lang: Lang) -> str | None:
    """That a year was reconciled, with which KPIs and by how much; None if it was not."""
    done, year = one.method.reconciled, one.projected
    if done is None or year is None:
        return None
    names, decimals = names_of(plan, lang), plan.kpi(one.kpi).decimals
    moved = 100 * (year.median / done.before - 1) if done.before else 0.0
    said = TEXT[lang]["method.reconciled"].format(
        others=", ".join(names.get(other, other) for other in done.others),
        before=number(done.before, lang, decimals),
        after=number(year.median, lang, decimals),
        change=signed_percent(moved, lang, 2),
    )
    rests = [
        TEXT[lang]["method.rest"].format(
            parts=", ".join(names.get(part, part) for part in rest.parts),
            rest=number(rest.value, lang, decimals),
            unit=unit_of(one, lang),
        )
        for rest in done.rests
    ]
    return " ".join((said, *rests))


def nowcast_line(one: ProjectionView, plan: Plan, lang: Lang) -> str | None:
    """How the last months known were estimated: to a day, or late; None if printed."""
    done, cutoff = one.nowcast, one.cutoff
    if done is None or cutoff is None:
        return None
    decimals = plan.kpi(one.kpi).decimals
    if done.left:
        total, *others = (names_of(plan, lang).get(other, other) for other in done.left)
        return TEXT[lang]["method.left"].format(
            month=month_name(cutoff, lang),
            total=total,
            others=", ".join(others),
            to_date=number(one.actual_to_date, lang, decimals),
            low=number(done.low, lang, decimals),
            high=number(done.high, lang, decimals),
            unit=unit_of(one, lang),
        )
    if done.siblings:
        names = names_of(plan, lang) | {
            one.kpi: TEXT[lang]["method.elsewhere"].format(kpi=one.name[lang], plan=one.plan[lang])
            for one in done.elsewhere
        }
        ordered = sorted(done.siblings, key=lambda other: "/" not in other)  # elsewhere first
        shown = [names.get(other, other) for other in ordered[:SHOWN]]
        more = ["…"] if len(ordered) > SHOWN else []
        return TEXT[lang]["method.late"].format(
            month=month_name(cutoff, lang),
            count=number(len(done.siblings), lang),
            siblings=", ".join((*shown, *more)),
            gain=percent(100 * (done.gain or 0.0), lang, 0),
            to_date=number(one.actual_to_date, lang, decimals),
            low=number(done.low, lang, decimals),
            high=number(done.high, lang, decimals),
            unit=unit_of(one, lang),
        )
    digits = max(decimals, 1)
    return TEXT[lang]["method.nowcast"].format(
        month=month_name(cutoff, lang),
        since=day_of(done.since, lang),
        day=day_of(done.day, lang),
        printed=number(done.printed, lang, digits),
        share=percent(100 * done.share, lang, 0),
        to_date=number(one.actual_to_date, lang, decimals),
        low=number(done.low, lang, decimals),
        high=number(done.high, lang, decimals),
        unit=unit_of(one, lang),
    )


def project_lines(one: ProjectionView, plan: Plan, lang: Lang) -> list[str]:
    """What each accepted project adds to the year."""
    lines, unit, decimals = [], unit_of(one, lang), plan.kpi(one.kpi).decimals
    for project in one.projects:
        added, low, high = (
            signed(value, lang, decimals) for value in (project.added, project.low, project.high)
        )
        lines.append(
            TEXT[lang]["project.adds"].format(
                name=project.name[lang],
                month=month_name(project.start, lang),
                added=added,
                low=low,
                high=high,
                unit=unit,
            )
        )
    return lines


def _printed_line(figure: PrintedView, decimals: int, lang: Lang) -> str:
    text = TEXT[lang]
    known = (
        text["printed_on"].format(day_of(figure.published, lang))
        if figure.published
        else text["printed_undated"]
    )
    source = source_in(figure.source.partition(" | ")[0], lang)
    return (
        f"{month_name(figure.month, lang)}, {FORM[lang][figure.form]}: "
        f"{_printed_value(figure, figure.value, decimals, lang)} "
        f"({FIGURE[lang][figure.status]}, {known}; {source})"
    )


def _printed_value(figure: PrintedView, value: float, decimals: int, lang: Lang) -> str:
    """A value in a printed figure's form and unit; a rate is shown as growth."""
    if figure.form in RATES:
        return signed_percent(value - 100, lang, 2)
    digits = 1 if figure.unit == "%" else decimals
    return f"{number(value, lang, digits)} {unit_name(figure.unit, lang)}"


@dataclass(frozen=True)
class TaskRow:
    """A task's main facts in words; '–' if not reported."""

    kpi: str
    name: str
    unit: str
    done: str
    reported: str
    remaining: str
    deadline: str
    lead: str
    role: str
    obstacle: str
    status: str
    status_code: str
    level: str


def task_rows(projections: Iterable[ProjectionView], lang: Lang) -> list[TaskRow]:
    """One row per task, in order; other KPIs are skipped."""
    return [_task_row(one, one.task, lang) for one in projections if one.task]


def task_columns(lang: Lang) -> tuple[str, ...]:
    """Headings of the table of tasks."""
    text = TEXT[lang]
    return (
        text["task"],
        text["unit"],
        text["done"],
        text["remaining"],
        text["deadline"],
        text["lead"],
        text["obstacle"],
        text["status"],
    )


def _task_row(one: ProjectionView, task: TaskView, lang: Lang) -> TaskRow:
    target = one.leading
    goal = "" if task.goal is None else f" / {number(task.goal, lang)}"
    lead = " – ".join(text for text in (task.lead, task.part) if text)
    reported = ""
    if task.reported:
        reported = TEXT[lang]["reported"].format(day_of(task.reported, lang))
    status = target.status if target else one.status
    return TaskRow(
        kpi=one.kpi,
        name=one.name[lang],
        unit=unit_name(one.unit, lang),
        done=number(task.done, lang) + goal,
        reported=reported,
        remaining=number(task.remaining, lang),
        deadline=day_of(task.deadline, lang) if task.deadline else "–",
        lead=lead or "–",
        role=ROLE[lang][task.role] if task.role else "",
        obstacle=task.obstacle or "–",
        status=STATUS[lang][status],
        status_code=status,
        level=LEVEL[lang][target.level] if target else "",
    )


def joint_probability_text(found: JointProbability, lang: Lang) -> str:
    """The joint probability in a sentence: of all targets, and of half of them or more."""
    text, targets = TEXT[lang], found.targets
    half = (targets + 1) // 2
    sentence = text["together"].format(
        targets=targets,
        all=chance(found.all, "", lang),
        half=half,
        least=chance(found.at_least[half], "", lang),
    )
    if found.without:
        sentence += " " + text["together.without"].format(kpis=", ".join(found.without))
    return sentence
