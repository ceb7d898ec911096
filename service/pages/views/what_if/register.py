"""The what-if page's register of projects, and its scenarios side by side."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from data.plans.plan import Plan
from service.analysis.scenario_table import scenario_cells, scenario_table
from service.pages.views.frame import Choice
from service.projections.issue import is_task
from service.shapes.projects import ProjectOutcome
from service.state.app_state import AppState
from service.texts import (
    TEXT,
    Lang,
    day_of,
    month_name,
    name_of,
    number,
    percent,
    signed,
    unit_name,
)
from service.wording import person
from service.workflow.projects import projects_of

HAPPENINGS = ("starts", "stops", "ramps_up")


@dataclass(frozen=True)
class ColumnShown:
    """A scenario and what it assumes."""

    name: str
    assumptions: tuple[str, ...]


@dataclass(frozen=True)
class ScenarioRowShown:
    """A KPI's projected year and probability in each scenario."""

    kpi: str
    name: str
    unit: str
    target: str
    cells: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class SideBySide:
    """Scenarios side by side."""

    columns: tuple[ColumnShown, ...]
    rows: tuple[ScenarioRowShown, ...]


@dataclass(frozen=True)
class ProjectShown:
    """A project with its entry in force."""

    project: int
    name: str
    kpi: str
    kpi_name: str
    starts: str
    amount: str
    on_time: str
    responsible: str
    obstacle: str
    source: str
    state: str
    decided: str


def side_by_side(app_state: AppState, plan: Plan, day: date, lang: Lang) -> SideBySide:
    """The scenarios of a plan side by side, as text."""
    found = scenario_table(app_state, plan.slug, day)
    return SideBySide(
        columns=tuple(
            ColumnShown(one.name[lang], tuple(part[lang] for part in one.assumptions))
            for one in found.scenarios
        ),
        rows=tuple(
            ScenarioRowShown(
                kpi=row.kpi,
                name=row.name[lang],
                unit=unit_name(row.unit, lang),
                target=number(row.target, lang, plan.kpi(row.kpi).decimals),
                cells=tuple(scenario_cells(row, plan, lang)),
            )
            for row in found.rows
        ),
    )


def projects_shown(
    app_state: AppState, plan: Plan, day: date, lang: Lang
) -> tuple[ProjectShown, ...]:
    """The projects entered up to a day."""
    found = projects_of(app_state.store, plan.slug, day)
    return tuple(_shown(one, plan, lang) for one in found.projects)


def movable(plan: Plan, lang: Lang) -> tuple[tuple[str, str, str], ...]:
    """Slug, name and unit of the KPIs that a project can be entered for."""
    return tuple(
        (kpi.slug, name_of(kpi, lang), unit_name(kpi.unit, lang))
        for kpi in plan.kpis
        if kpi.traits.has_months
        and kpi.traits.adds_up
        and not kpi.all_parts
        and not is_task(plan, kpi)
    )


def happenings(lang: Lang) -> tuple[Choice, ...]:
    """What a project can do."""
    return tuple((one, TEXT[lang][f"project.{one}"]) for one in HAPPENINGS)


def _shown(one: ProjectOutcome, plan: Plan, lang: Lang) -> ProjectShown:
    text = TEXT[lang]
    digits = 0 if one.amount.is_integer() else 2
    ramp = f" ({text.count('event.months', one.ramp)})" if one.ramp > 1 else ""
    return ProjectShown(
        project=one.project,
        name=one.name[lang],
        kpi=one.kpi,
        kpi_name=name_of(plan.kpi(one.kpi), lang),
        starts=f"{text[f'project.{one.happening}']}, {month_name(one.start, lang)}{ramp}",
        amount=f"{signed(one.amount, lang, digits)} {unit_name(one.unit, lang)}",
        on_time=percent(100 * one.on_time, lang, 0),
        responsible=one.responsible,
        obstacle=one.obstacle,
        source=one.source,
        state=text[f"event.{one.state}"],
        decided=", ".join(
            part for part in (day_of(one.day, lang), person(one.by, lang), one.note) if part
        ),
    )
