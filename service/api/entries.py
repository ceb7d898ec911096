"""What people enter: progress of tasks, and the monthly log in words."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Body, Path, Response

from data.plans.entries import LogEntry
from models.series import Month
from models.targets.task import Progress
from service.auth.access import Entry, requires
from service.projections.basis import as_of_date
from service.shapes.entries import (
    Log,
    LogEntryShape,
    LogText,
    ProgressEntry,
    ProgressList,
    ProgressShape,
)
from service.shapes.examples import LOG_EXAMPLE, PROGRESS_EXAMPLE
from service.web.respond import AsOf, TheAppState, answer, problems
from service.workflow.entries import log_of, progress_of, report_progress, write_log

router = APIRouter(prefix="/v1/plans/{plan}", tags=["entries"])
PlanSlug = Annotated[str, Path(examples=["lang-son-2021"])]
KpiSlug = Annotated[str, Path(examples=["units_inspected"])]


@router.get(
    "/tasks/{kpi}/progress",
    dependencies=[requires("viewer")],
    response_model=ProgressList,
    responses=problems(404, 422),
)
def progress(plan: PlanSlug, kpi: KpiSlug, app_state: TheAppState, as_of: AsOf = None) -> Response:
    """Reports about a task, in the order of entry."""
    day = as_of_date(as_of) if as_of else None
    return answer(progress_of(app_state.store, plan, kpi, day))


@router.post(
    "/tasks/{kpi}/progress",
    status_code=201,
    response_model=ProgressShape,
    responses=problems(404, 422),
)
def new_progress(
    plan: PlanSlug,
    kpi: KpiSlug,
    app_state: TheAppState,
    caller: Entry,
    entry: Annotated[ProgressEntry, Body(examples=[PROGRESS_EXAMPLE])],
) -> Response:
    """Report on a task. A report is never changed; a later report replaces the values it gives."""
    today = date.today()
    given = Progress(
        kpi=kpi,
        day=entry.day or today,
        by=entry.by or caller.name,
        done=entry.done,
        step=entry.step,
        obstacle=entry.obstacle,
        judgement=entry.judgement,
        final=entry.final,
        note=entry.note,
        source=entry.source,
    )
    written = report_progress(app_state.store, plan, given, today, caller.name)
    return answer(written, 201, f"/v1/plans/{plan}/tasks/{kpi}/progress")


@router.get(
    "/log/{kpi}",
    dependencies=[requires("viewer")],
    response_model=Log,
    responses=problems(404, 422),
)
def log(plan: PlanSlug, kpi: KpiSlug, app_state: TheAppState, as_of: AsOf = None) -> Response:
    """The monthly log of a KPI of kind `log`, with its index if one is published."""
    day = as_of_date(as_of) if as_of else None
    return answer(log_of(app_state.store, app_state.panel, plan, kpi, day))


@router.post(
    "/log/{kpi}", status_code=201, response_model=LogEntryShape, responses=problems(404, 422)
)
def new_log_entry(
    plan: PlanSlug,
    kpi: KpiSlug,
    app_state: TheAppState,
    caller: Entry,
    entry: Annotated[LogText, Body(examples=[LOG_EXAMPLE])],
) -> Response:
    """Add to the log. An entry is never changed; a month may have several."""
    today = date.today()
    given = LogEntry(
        kpi=kpi,
        month=Month.parse(entry.month),
        day=entry.day or today,
        text_vi=entry.vi,
        text_en=entry.en,
        by=entry.by or caller.name,
        source=entry.source,
    )
    written = write_log(app_state.store, app_state.panel, plan, given, today, caller.name)
    return answer(written, 201, f"/v1/plans/{plan}/log/{kpi}")
