"""Outliers and level shifts found in the figures, and projects: accepted or rejected on a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, TypeVar, get_args

from fastapi import APIRouter, Path, Request, Response

from data.plans.events import EventEntry
from data.plans.plan import Plan
from data.plans.rows import load_plan
from models.errors import InputError, VedichError
from models.events.event import Shape
from models.events.projects import Happening
from models.series import Month
from service.auth.access import Caller, Entry, Viewer
from service.pages.manage.forms import (
    Text,
    Ticked,
    problems_of,
    refusal_status,
    seen,
    shown,
    typed_day,
)
from service.pages.page import Page, page_body, respond_page, site_of
from service.pages.site import Site
from service.pages.views.frame import Choice, PlanContent, frame_of, shown_day
from service.shapes.entries import EventOutcome
from service.shapes.projects import ProjectDecision, ProjectOutcome, ProjectText
from service.state.app_state import AppState, Body
from service.texts import (
    TEXT,
    Lang,
    day_of,
    month_name,
    name_of,
    percent,
    signed,
    signed_percent,
    unit_name,
)
from service.typed_numbers import read_number
from service.web.respond import Language, TheAppState
from service.workflow.events import add_event, decide, events_of
from service.workflow.projects import add_project, decide as decide_project, projects_of

router = APIRouter(prefix="/plans/{plan}", include_in_schema=False, default_response_class=Page)
PlanSlug = Annotated[str, Path()]
Word = TypeVar("Word", bound=str)
SHAPES: tuple[Shape, ...] = get_args(Shape)
HAPPENINGS: tuple[Happening, ...] = get_args(Happening)


@dataclass(frozen=True)
class EventShown:
    """An event in words, and the decision about it."""

    kpi: str
    kpi_name: str
    event: str
    words: str
    state: str
    state_name: str
    decided: str


@dataclass(frozen=True)
class ProjectShown:
    """A project in words, and whether it counts."""

    number: int
    name: str
    kpi_name: str
    words: str
    state: str
    state_name: str
    decided: str


@dataclass(frozen=True, kw_only=True)
class EventsContent(PlanContent):
    """The content of the page of events and projects; those that wait for a decision first."""

    waiting: tuple[EventShown, ...]
    decided: tuple[EventShown, ...]
    projects: tuple[ProjectShown, ...]
    kpis: tuple[Choice, ...]
    shapes: tuple[Choice, ...]
    happenings: tuple[Choice, ...]
    today: str
    problems: tuple[str, ...] = ()


@router.get("/events", response_model=None)
def events_page(
    plan: PlanSlug, request: Request, app_state: TheAppState, by: Viewer, lang: Language
) -> Response:
    """What stands out in the figures and waits for a decision; the register of projects."""
    load_plan(app_state.store, plan)
    site = site_of(request, lang, by, plan, "events")

    def make() -> Body:  # finding events takes seconds
        return page_body("manage/events.html", *_content(request, app_state, by, plan, lang))

    return respond_page(request, app_state.picture(plan, ("events", site, date.today()), make))


@router.post("/events", response_model=None)
def decide_events(
    plan: PlanSlug,
    request: Request,
    app_state: TheAppState,
    by: Entry,
    lang: Language,
    step: Text = "",
    kpi: Text = "",
    event: Text = "",
    project: Text = "",
    name: Text = "",
    start: Text = "",
    shape: Text = "pulse",
    happening: Text = "starts",
    size: Text = "",
    length: Text = "1",
    on_time: Text = "",
    day: Text = "",
    note: Text = "",
    accepted: Ticked = False,
) -> Response:
    """Accept, reject or add an event or a project; `step` says which."""
    today = date.today()
    try:
        counts = typed_day(day, lang) if day.strip() else today
        if step in ("accept", "reject"):
            decide(
                app_state.store,
                app_state.panel,
                plan,
                kpi,
                event,
                accepted=step == "accept",
                day=counts,
                by=by.name,
                note=note,
                today=today,
                actor=by.name,
            )
        elif step in ("accept-project", "reject-project"):
            decide_project(
                app_state.store,
                plan,
                _whole(project),
                "accepted" if step == "accept-project" else "rejected",
                ProjectDecision(day=counts, note=note, by=by.name),
                today,
                by.name,
            )
        elif step == "add-project":
            given = ProjectText(
                kpi=kpi,
                name=name,
                happening=_one_of(happening, HAPPENINGS),
                start=start,
                amount=read_number(size, lang),
                on_time=read_number(on_time, lang, "%") / 100,
                ramp=_whole(length),
                accepted=accepted,
                day=counts,
                note=note,
                by=by.name,
            )
            add_project(app_state.store, plan, given, today, by.name)
        else:
            entry = EventEntry(
                kpi=kpi,
                start=Month.parse(start),
                shape=_one_of(shape, SHAPES),
                size=read_number(size, lang, "%") / 100,
                length=_whole(length),
                accepted=True,
                day=counts,
                by=by.name,
                name=name,
                note=note,
            )
            add_event(app_state.store, plan, entry, today, by.name)
    except VedichError as error:
        site, content = _content(request, app_state, by, plan, lang, problems_of(error, lang))
        return shown("events.html", site, content, refusal_status(error))
    site = site_of(request, lang, by, plan, "events")
    place = "projects" if "project" in step else "decided"
    return seen(f"{site.page('events', as_of=None)}#{place}")


def _whole(text: str) -> int:
    if not text.strip().isdigit():
        raise InputError("expected a whole number, found '{text}'.", text=text)
    return int(text)


def _one_of(text: str, known: tuple[Word, ...]) -> Word:
    for one in known:
        if one == text:
            return one
    raise InputError("expected one of {known}, found '{text}'.", known=", ".join(known), text=text)


def _content(
    request: Request,
    app_state: AppState,
    by: Caller,
    plan: str,
    lang: Lang,
    problems: tuple[str, ...] = (),
) -> tuple[Site, EventsContent]:
    document = load_plan(app_state.store, plan)
    site = site_of(request, lang, by, plan, "events")
    newest = shown_day(app_state, document)
    frame = frame_of(app_state, document, site, newest)
    today = date.today()
    day = max(newest, today) if newest else today
    found = events_of(app_state.store, app_state.panel, plan, day).events
    newest_first = sorted(found, key=lambda one: one.start, reverse=True)
    events = [_event(document, one, lang) for one in newest_first]
    text = TEXT[lang]
    return site, EventsContent(
        frame=frame,
        waiting=tuple(one for one in events if one.state == "proposed"),
        decided=tuple(one for one in events if one.state != "proposed"),
        projects=tuple(
            _project(document, one, lang)
            for one in projects_of(app_state.store, plan, day).projects
        ),
        kpis=tuple(
            (kpi.slug, name_of(kpi, lang)) for kpi in document.kpis if kpi.traits.has_months
        ),
        shapes=tuple((one, text[f"events.shape.{one}"]) for one in SHAPES),
        happenings=tuple((one, text[f"events.happening.{one}"]) for one in HAPPENINGS),
        today=today.isoformat(),
        problems=problems,
    )


def _event(plan: Plan, one: EventOutcome, lang: Lang) -> EventShown:
    text = TEXT[lang]
    size = signed_percent(100 * one.size, lang, 0)
    words = text[f"events.words.{one.shape}"].format(
        month=month_name(one.start, lang), size=size, length=one.length
    )
    return EventShown(
        kpi=one.kpi,
        kpi_name=name_of(plan.kpi(one.kpi), lang),
        event=one.event,
        words=f"{words} ({one.name})" if one.name else words,
        state=one.state,
        state_name=text[f"events.state.{one.state}"],
        decided=_decided(one.day, one.by, one.note, lang),
    )


def _project(plan: Plan, one: ProjectOutcome, lang: Lang) -> ProjectShown:
    text, kpi = TEXT[lang], plan.kpi(one.kpi)
    words = text["events.project"].format(
        happening=text[f"events.happening.{one.happening}"],
        month=month_name(one.start, lang),
        amount=f"{signed(one.amount, lang, kpi.decimals)} {unit_name(kpi.unit, lang)}",
        chance=percent(100 * one.on_time, lang, 0),
    )
    return ProjectShown(
        number=one.project,
        name=one.name[lang],
        kpi_name=name_of(kpi, lang),
        words=words,
        state=one.state,
        state_name=text[f"events.state.{one.state}"],
        decided=_decided(one.day, one.by, one.note, lang),
    )


def _decided(day: date | None, by: str | None, note: str, lang: Lang) -> str:
    parts = (day_of(day, lang) if day else "", by or "", note)
    return " · ".join(part for part in parts if part)
