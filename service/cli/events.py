"""`vedich event` and `vedich project-register`: list, add, accept, reject."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from functools import partial
from typing import Annotated

import typer

from service.cli.arguments import (
    AsOfOption,
    LangOption,
    PlanOption,
    day_or_today,
    open_store,
    the_plan,
)
from service.speech import spoken, told

app = typer.Typer(
    help="Events that affect a series: list, add, accept, reject.", no_args_is_help=True
)

project_app = typer.Typer(
    help="Projects that move a KPI: list, add, accept, reject.", no_args_is_help=True
)


class ShapeOption(StrEnum):
    """Shape of an event's effect."""

    pulse = "pulse"
    step = "step"
    ramp = "ramp"


class HappeningOption(StrEnum):
    """What a project does."""

    starts = "starts"
    stops = "stops"
    ramps_up = "ramps_up"


KpiArgument = Annotated[str, typer.Argument(help="KPI slug.")]
EventArgument = Annotated[str, typer.Argument(help="As listed: 2020-04-pulse.")]
ByOption = Annotated[str | None, typer.Option(help="Who decides; default: the user's name.")]
DayOption = Annotated[
    str | None, typer.Option("--day", help="YYYY-MM-DD: from when it counts; default today.")
]
NoteOption = Annotated[str, typer.Option(help="Why.")]
ProjectArgument = Annotated[int, typer.Argument(help="Number of the project, as listed.")]
StartOption = Annotated[
    str | None, typer.Option("--start", help="YYYY-MM: a new first month; default as entered.")
]
AmountOption = Annotated[
    str | None, typer.Option("--amount", help="A new amount a month; default as entered.")
]
OnTimeOption = Annotated[
    str | None,
    typer.Option("--on-time", help="A new probability of being on time; default as entered."),
]
ObstacleOption = Annotated[
    str | None, typer.Option("--obstacle", help="A new obstacle, '' for none; default as entered.")
]


@app.command("list")
def event_list(
    plan: PlanOption = None,
    as_of: AsOfOption = None,
    kpi: Annotated[str | None, typer.Option(help="KPI slug; default all.")] = None,
    lang: LangOption = None,
) -> None:
    """Outliers and level shifts proposed from the figures, and the decisions."""
    from data.plans.rows import load_plan
    from data.vintages.panel_rows import load_panel
    from service.cli.output import show_events
    from service.projections.basis import as_of_date, default_day
    from service.workflow.events import events_of

    settings, store = open_store()
    slug = the_plan(store, plan)
    day = as_of_date(as_of) if as_of else default_day(store, load_plan(store, slug))
    found = events_of(store, partial(load_panel, store), slug, day, kpi)
    show_events(found, lang.value if lang else settings.lang)


@app.command("add")
def event_add(
    kpi: KpiArgument,
    start: Annotated[str, typer.Option(help="YYYY-MM: the first month touched.")],
    size: Annotated[str, typer.Option(help="Effect on the month: -0.3 is 30 % lower.")],
    shape: Annotated[
        ShapeOption, typer.Option(help="pulse: passes; step: stays; ramp: grows, then stays.")
    ] = ShapeOption.pulse,
    length: Annotated[int, typer.Option(help="Months of a pulse, or of a ramp's growth.")] = 1,
    name: Annotated[str, typer.Option(help="What it was.")] = "",
    plan: PlanOption = None,
    day: DayOption = None,
    note: NoteOption = "",
    by: ByOption = None,
) -> None:
    """Add an event; it counts as accepted."""
    from data.db.audit import process_user
    from data.plans.events import EventEntry
    from models.series import Month
    from service.typed_numbers import read_number
    from service.workflow.events import add_event

    _settings, store = open_store()
    slug, today = the_plan(store, plan), date.today()
    entry = EventEntry(
        kpi=kpi,
        start=Month.parse(start),
        shape=shape.value,
        size=read_number(size, spoken()),
        length=length,
        accepted=True,
        day=day_or_today(day, today),
        by=by or process_user(),
        name=name,
        note=note,
    )
    written = add_event(store, slug, entry, today, process_user())
    print(
        told(
            "{slug} {kpi}: {event} counts from {day} on.",
            slug=slug,
            kpi=kpi,
            event=written.event,
            day=written.day,
        )
    )


@app.command("accept")
def event_accept(
    kpi: KpiArgument,
    event: EventArgument,
    plan: PlanOption = None,
    day: DayOption = None,
    note: NoteOption = "",
    by: ByOption = None,
) -> None:
    """Accept an event: forecasts adjust for it."""
    _decide(kpi, event, plan, day, note, by, accepted=True)


@app.command("reject")
def event_reject(
    kpi: KpiArgument,
    event: EventArgument,
    plan: PlanOption = None,
    day: DayOption = None,
    note: NoteOption = "",
    by: ByOption = None,
) -> None:
    """Reject an event: forecasts use the figures unadjusted."""
    _decide(kpi, event, plan, day, note, by, accepted=False)


def _decide(
    kpi: str,
    event: str,
    plan: str | None,
    day: str | None,
    note: str,
    by: str | None,
    *,
    accepted: bool,
) -> None:
    from data.db.audit import process_user
    from data.vintages.panel_rows import load_panel
    from service.workflow.events import decide

    _settings, store = open_store()
    slug, today = the_plan(store, plan), date.today()
    written = decide(
        store,
        partial(load_panel, store),
        slug,
        kpi,
        event,
        accepted=accepted,
        day=day_or_today(day, today),
        by=by or process_user(),
        note=note,
        today=today,
        actor=process_user(),
    )
    about = {"slug": slug, "kpi": kpi, "event": written.event, "day": written.day}
    if accepted:
        print(told("{slug} {kpi}: {event} accepted from {day} on.", **about))
    else:
        print(told("{slug} {kpi}: {event} rejected from {day} on.", **about))


@project_app.command("list")
def project_list(
    plan: PlanOption = None,
    as_of: AsOfOption = None,
    kpi: Annotated[str | None, typer.Option(help="KPI slug; default all.")] = None,
    lang: LangOption = None,
) -> None:
    """The projects entered up to a day."""
    from data.plans.rows import load_plan
    from service.cli.output import show_projects
    from service.projections.basis import as_of_date, default_day
    from service.workflow.projects import projects_of

    settings, store = open_store()
    slug = the_plan(store, plan)
    day = as_of_date(as_of) if as_of else default_day(store, load_plan(store, slug))
    show_projects(projects_of(store, slug, day, kpi), lang.value if lang else settings.lang)


@project_app.command("add")
def project_add(
    kpi: KpiArgument,
    name: Annotated[str, typer.Option(help="Its name, in Vietnamese.")],
    start: Annotated[str, typer.Option(help="YYYY-MM: the first month, if on time.")],
    amount: Annotated[
        str,
        typer.Option(help="What it adds to a month, in the KPI's unit; negative takes away."),
    ],
    on_time: Annotated[str, typer.Option(help="Probability of being on time, 0 to 1.")],
    happening: Annotated[HappeningOption, typer.Option(help="What it does.")] = (
        HappeningOption.starts
    ),
    ramp: Annotated[int, typer.Option(help="Months until what ramps up is complete.")] = 1,
    delay: Annotated[str, typer.Option(help="Mean months of a delay, if it is late.")] = "3",
    name_en: Annotated[str, typer.Option(help="Its name in English.")] = "",
    responsible: Annotated[str, typer.Option(help="Who answers for it.")] = "",
    obstacle: Annotated[str, typer.Option(help="What stands in its way.")] = "",
    source: Annotated[str, typer.Option(help="The document that says so.")] = "",
    accepted: Annotated[
        bool, typer.Option("--accepted", help="Accept it at once; else it is proposed.")
    ] = False,
    plan: PlanOption = None,
    day: DayOption = None,
    note: NoteOption = "",
    by: ByOption = None,
) -> None:
    """Enter a project; once accepted, its output is added to forecasts."""
    from data.db.audit import process_user
    from service.shapes.projects import ProjectText
    from service.typed_numbers import read_number
    from service.workflow.projects import add_project

    _settings, store = open_store()
    slug, today = the_plan(store, plan), date.today()
    given = ProjectText(
        kpi=kpi,
        name=name,
        name_en=name_en,
        happening=happening.value,
        start=start,
        ramp=ramp,
        amount=read_number(amount, spoken()),
        on_time=read_number(on_time, spoken()),
        delay=read_number(delay, spoken()),
        responsible=responsible,
        obstacle=obstacle,
        source=source,
        accepted=accepted,
        day=day_or_today(day, today),
        note=note,
        by=by or process_user(),
    )
    written = add_project(store, slug, given, today, process_user())
    about = {"slug": slug, "kpi": kpi, "project": written.project, "day": written.day}
    if accepted:
        print(told("{slug} {kpi}: project {project} accepted from {day} on.", **about))
    else:
        print(told("{slug} {kpi}: project {project} proposed on {day}.", **about))


@project_app.command("accept")
def project_accept(
    project: ProjectArgument,
    start: StartOption = None,
    amount: AmountOption = None,
    on_time: OnTimeOption = None,
    obstacle: ObstacleOption = None,
    plan: PlanOption = None,
    day: DayOption = None,
    note: NoteOption = "",
    by: ByOption = None,
) -> None:
    """Accept a project, or enter what has changed, such as a later first month."""
    from data.db.audit import process_user
    from service.shapes.projects import ProjectDecision
    from service.typed_numbers import read_number
    from service.workflow.projects import decide

    _settings, store = open_store()
    slug, today = the_plan(store, plan), date.today()
    decision = ProjectDecision(
        start=start,
        amount=None if amount is None else read_number(amount, spoken()),
        on_time=None if on_time is None else read_number(on_time, spoken()),
        obstacle=obstacle,
        day=day_or_today(day, today),
        note=note,
        by=by or process_user(),
    )
    written = decide(store, slug, project, "accepted", decision, today, process_user())
    about = {"slug": slug, "kpi": written.kpi, "project": project, "day": written.day}
    print(told("{slug} {kpi}: project {project} accepted from {day} on.", **about))


@project_app.command("reject")
def project_reject(
    project: ProjectArgument,
    plan: PlanOption = None,
    day: DayOption = None,
    note: NoteOption = "",
    by: ByOption = None,
) -> None:
    """Reject a project: forecasts leave it out."""
    from data.db.audit import process_user
    from service.shapes.projects import ProjectDecision
    from service.workflow.projects import decide

    _settings, store = open_store()
    slug, today = the_plan(store, plan), date.today()
    decision = ProjectDecision(day=day_or_today(day, today), note=note, by=by or process_user())
    written = decide(store, slug, project, "rejected", decision, today, process_user())
    about = {"slug": slug, "kpi": written.kpi, "project": project, "day": written.day}
    print(told("{slug} {kpi}: project {project} rejected from {day} on.", **about))
