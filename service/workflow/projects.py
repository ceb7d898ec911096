"""The register of a family's projects: list, enter, accept, reject."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from data.db.store import Store
from data.plans import projects
from data.plans.plan import Plan
from data.plans.projects import ProjectEntry, State, check_project, in_force
from data.plans.rows import load_plan
from models.errors import UnknownProject
from models.series import Month
from service.projections.shape import Name
from service.shapes.projects import ProjectDecision, ProjectList, ProjectOutcome, ProjectText


def projects_of(store: Store, plan: str, day: date, kpi: str | None = None) -> ProjectList:
    """The projects of a plan's family, or of one KPI, as in force on a day.

    Raises
    ------
    UnknownPlan, UnknownKpi
        If there is no such plan or KPI.
    """
    document = load_plan(store, plan)
    wanted = {document.kpi(kpi).slug} if kpi else {one.slug for one in document.kpis}
    known = in_force(projects.projects_of(store, document.family), day).values()
    found = tuple(_outcome(document, one) for one in known if one.kpi in wanted)
    return ProjectList(plan=plan, as_of=day, projects=found)


def add_project(
    store: Store, plan: str, given: ProjectText, today: date, actor: str
) -> ProjectOutcome:
    """Enter a project and return it as written.

    Raises
    ------
    UnknownPlan, UnknownKpi, InputError
        If there is no such plan or KPI, or the project is not valid.
    """
    entry = ProjectEntry(
        kpi=given.kpi,
        name_vi=given.name,
        name_en=given.name_en,
        happening=given.happening,
        start=Month.parse(given.start),
        ramp=given.ramp,
        amount=given.amount,
        on_time=given.on_time,
        delay=given.delay,
        state="accepted" if given.accepted else "proposed",
        day=given.day or today,
        by=given.by or actor,
        responsible=given.responsible,
        obstacle=given.obstacle,
        source=given.source,
        note=given.note,
    )
    return _written(store, load_plan(store, plan), entry, today, actor)


def decide(
    store: Store,
    plan: str,
    project: int,
    state: State,
    decision: ProjectDecision,
    today: date,
    actor: str,
) -> ProjectOutcome:
    """Accept or reject a project, with what has changed since it was entered.

    Raises
    ------
    UnknownPlan, UnknownProject, InputError
    """
    document = load_plan(store, plan)
    entries = projects.projects_of(store, document.family)
    latest = {one.key: one for one in entries}
    if project not in latest:
        raise UnknownProject(
            "expected the number of a project of '{family}', found {project}; known: {known}. "
            "To enter one: vedich project-register add.",
            family=document.family,
            project=project,
            known=", ".join(map(str, sorted(latest))) or "none",
        )
    changes = {
        name: value
        for name in ("ramp", "amount", "on_time", "delay", "responsible", "obstacle", "source")
        if (value := getattr(decision, name)) is not None
    }
    before = latest[project]
    entry = replace(
        before,
        **changes,
        start=Month.parse(decision.start) if decision.start else before.start,
        state=state,
        day=decision.day or today,
        by=decision.by or actor,
        note=decision.note,
        project=project,
        number=None,
        entered=None,
    )
    return _written(store, document, entry, today, actor)


def _written(
    store: Store, plan: Plan, entry: ProjectEntry, today: date, actor: str
) -> ProjectOutcome:
    check_project(plan, entry, today)
    number = projects.add_project(store, plan, entry, actor)
    stored = {one.number: one for one in projects.projects_of(store, plan.family)}
    return _outcome(plan, stored[number])


def _outcome(plan: Plan, entry: ProjectEntry) -> ProjectOutcome:
    return ProjectOutcome(
        project=entry.key,
        kpi=entry.kpi,
        unit=plan.kpi(entry.kpi).unit,
        name=Name(vi=entry.name_vi, en=entry.name_en or entry.name_vi),
        happening=entry.happening,
        start=entry.start,
        ramp=entry.ramp,
        amount=entry.amount,
        on_time=entry.on_time,
        delay=entry.delay,
        responsible=entry.responsible,
        obstacle=entry.obstacle,
        source=entry.source,
        state=entry.state,
        day=entry.day,
        by=entry.by,
        note=entry.note,
        entered=entry.entered,
    )
