"""What people enter: progress of tasks, and the monthly log in words."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Response

from data.plans.entries import LogEntry
from models.series import Month
from models.targets.task import Progress
from service.auth.access import Entry, requires
from service.projections.basis import as_of_date
from service.shapes.examples import LOG_EXAMPLE, PROGRESS_EXAMPLE
from service.shapes.schemas import (
    Log,
    LogEntryShape,
    LogText,
    ProgressEntry,
    ProgressList,
    ProgressShape,
)
from service.web.respond import AsOf, TheAppState, problems
from service.workflow.entries import log_of, progress_of, report_progress, write_log

router = APIRouter(prefix="/v1/plans/{plan}", tags=["entries"])
PlanSlug = Annotated[str, Path(examples=["lang-son-2021"])]
KpiSlug = Annotated[str, Path(examples=["specialised_inspections"])]


@router.get(
    "/tasks/{kpi}/progress",
    dependencies=[requires("viewer")],
    response_model=ProgressList,
    responses=problems(404, 422),
)
def progress(
    plan: PlanSlug, kpi: KpiSlug, app_state: TheAppState, as_of: AsOf = None
) -> dict[str, Any]:
    """What was reported about a task, in the order in which it was entered."""
    return progress_of(app_state.store, plan, kpi, as_of_date(as_of) if as_of else None)


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
    response: Response,
    caller: Entry,
    entry: Annotated[ProgressEntry, Body(examples=[PROGRESS_EXAMPLE])],
) -> dict[str, Any]:
    """Report on a task. A report is never changed: a later one replaces what it says anew."""
    today = date.today()
    given = entry.model_dump() | {"kpi": kpi, "day": entry.day or today}
    given["by"] = entry.by or caller.name
    response.headers["Location"] = f"/v1/plans/{plan}/tasks/{kpi}/progress"
    return report_progress(app_state.store, plan, Progress(**given), today, caller.name)


@router.get(
    "/log/{kpi}",
    dependencies=[requires("viewer")],
    response_model=Log,
    responses=problems(404, 422),
)
def log(
    plan: PlanSlug, kpi: KpiSlug, app_state: TheAppState, as_of: AsOf = None
) -> dict[str, Any]:
    """The monthly log of a KPI that is kept in words, with its index where one is published."""
    return log_of(
        app_state.store, app_state.panel, plan, kpi, as_of_date(as_of) if as_of else None
    )


@router.post(
    "/log/{kpi}", status_code=201, response_model=LogEntryShape, responses=problems(404, 422)
)
def new_log_entry(
    plan: PlanSlug,
    kpi: KpiSlug,
    app_state: TheAppState,
    response: Response,
    caller: Entry,
    entry: Annotated[LogText, Body(examples=[LOG_EXAMPLE])],
) -> dict[str, Any]:
    """Add to the log; an entry is never changed, a month may have several."""
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
    response.headers["Location"] = f"/v1/plans/{plan}/log/{kpi}"
    return write_log(app_state.store, app_state.panel, plan, given, today, caller.name)
