"""`vedich event`: list, add, accept, reject."""

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


class ShapeOption(StrEnum):
    """Shape of an event's effect."""

    pulse = "pulse"
    step = "step"
    ramp = "ramp"


KpiArgument = Annotated[str, typer.Argument(help="KPI slug.")]
EventArgument = Annotated[str, typer.Argument(help="As listed: 2020-04-pulse.")]
ByOption = Annotated[str | None, typer.Option(help="Who decides; default: the user's name.")]
DayOption = Annotated[
    str | None, typer.Option("--day", help="YYYY-MM-DD: from when it counts; default today.")
]
NoteOption = Annotated[str, typer.Option(help="Why.")]


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
