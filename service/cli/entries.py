"""`vedich task` and `vedich log`: progress of tasks, and the monthly log."""

from __future__ import annotations

from datetime import date
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

task_app = typer.Typer(help="Tasks: report progress, show reports.", no_args_is_help=True)
log_app = typer.Typer(help="The monthly log: add, show.", no_args_is_help=True)

KpiArgument = Annotated[str, typer.Argument(help="KPI slug.")]
ByOption = Annotated[str | None, typer.Option(help="Who reports it; default: the user's name.")]
DayOption = Annotated[
    str | None, typer.Option("--day", help="YYYY-MM-DD: the day it describes; default today.")
]
SourceOption = Annotated[str, typer.Option(help="The document it comes from.")]


@task_app.command("report")
def task_report(
    kpi: KpiArgument,
    plan: PlanOption = None,
    done: Annotated[
        int | None, typer.Option(help="Counted since the task's start; of a step 1 or 0.")
    ] = None,
    step: Annotated[str, typer.Option(help="The step, of a checklist.")] = "",
    obstacle: Annotated[
        str | None, typer.Option(help="What stands in the way; '' once it is gone.")
    ] = None,
    judgement: Annotated[
        str | None, typer.Option(help="Own probability, 0 to 1, of the whole or of the step.")
    ] = None,
    final: Annotated[bool, typer.Option("--final", help="Nothing more will be counted.")] = False,
    note: Annotated[str, typer.Option(help="Anything else.")] = "",
    day: DayOption = None,
    source: SourceOption = "",
    by: ByOption = None,
) -> None:
    """Report on a task; nothing reported before is changed."""
    from data.db.audit import process_user
    from models.targets.task import Progress
    from service.typed_numbers import read_number
    from service.workflow.entries import report_progress

    _settings, store = open_store()
    slug, today = the_plan(store, plan), date.today()
    entry = Progress(
        kpi=kpi,
        day=day_or_today(day, today),
        by=by or process_user(),
        done=done,
        step=step,
        obstacle=obstacle,
        judgement=None if judgement is None else read_number(judgement, spoken()),
        final=final,
        note=note,
        source=source,
    )
    written = report_progress(store, slug, entry, today, process_user())
    print(
        told(
            "{slug} {kpi}: reported for {day} by {by}.",
            slug=slug,
            kpi=kpi,
            day=written.day,
            by=written.by,
        )
    )


@task_app.command("history")
def task_history(kpi: KpiArgument, plan: PlanOption = None, as_of: AsOfOption = None) -> None:
    """Reports about a task, in the order of entry."""
    from service.cli.output import show_progress
    from service.projections.basis import as_of_date
    from service.workflow.entries import progress_of

    _settings, store = open_store()
    day = as_of_date(as_of) if as_of else None
    show_progress(progress_of(store, the_plan(store, plan), kpi, day))


@log_app.command("add")
def log_add(
    kpi: KpiArgument,
    month: Annotated[str, typer.Option(help="YYYY-MM: the month it is about.")],
    vi: Annotated[str, typer.Option(help="The text in Vietnamese.")] = "",
    en: Annotated[str, typer.Option(help="The text in English.")] = "",
    plan: PlanOption = None,
    day: DayOption = None,
    source: SourceOption = "",
    by: ByOption = None,
) -> None:
    """Add what was observed in a month."""
    from data.db.audit import process_user
    from data.plans.entries import LogEntry
    from data.vintages.panel_rows import load_panel
    from models.series import Month
    from service.workflow.entries import write_log

    _settings, store = open_store()
    slug, today = the_plan(store, plan), date.today()
    entry = LogEntry(
        kpi=kpi,
        month=Month.parse(month),
        day=day_or_today(day, today),
        text_vi=vi,
        text_en=en,
        by=by or process_user(),
        source=source,
    )
    written = write_log(store, partial(load_panel, store), slug, entry, today, process_user())
    print(
        told(
            "{slug} {kpi}: logged for {month} by {by}.",
            slug=slug,
            kpi=kpi,
            month=written.month,
            by=written.by,
        )
    )


@log_app.command("show")
def log_show(
    kpi: KpiArgument,
    plan: PlanOption = None,
    as_of: AsOfOption = None,
    lang: LangOption = None,
) -> None:
    """The log by month, with its index where one is published."""
    from data.vintages.panel_rows import load_panel
    from service.cli.output import show_log
    from service.projections.basis import as_of_date
    from service.workflow.entries import log_of

    settings, store = open_store()
    day = as_of_date(as_of) if as_of else None
    found = log_of(store, partial(load_panel, store), the_plan(store, plan), kpi, day)
    show_log(found, lang.value if lang else settings.lang)
