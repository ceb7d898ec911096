"""Jobs over HTTP: the list, one with its log, its live progress, its end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import ExitStack
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from data.plans.rows import load_plan
from service.auth.access import Caller, Entry, Viewer, requires
from service.projections.shape import encode
from service.rights.ownership import families_open_to
from service.shapes.registry import JobDetail, JobList, JobShape
from service.state.app_state import AppState
from service.texts import Lang
from service.web.answer_cache import do_not_cache, uncached
from service.web.respond import Language, TheAppState, answer, problems
from service.work.shown import job_detail, job_shape

router = APIRouter(prefix="/v1/jobs", tags=["jobs"])
JobId = Annotated[str, Path()]
PACE = 1.0  # seconds between two looks at a job that is watched
QUIET = 15.0  # seconds after which a line says that the stream still lives
LONGEST = 600.0  # seconds; a browser asks again by itself


@router.get("", response_model=JobList, responses=problems(404))
def jobs(
    request: Request,
    app_state: TheAppState,
    by: Viewer,
    lang: Language,
    plan: Annotated[
        str | None, Query(description="of this plan's family; default all that the caller may see")
    ] = None,
) -> Response:
    """The newest jobs, newest first."""
    families = families_of(app_state, by, plan)
    found = [job for job in app_state.jobs.recent() if job.family in families]
    if any(job.open for job in found):
        do_not_cache(request)
    return answer(JobList(jobs=tuple(job_shape(app_state.store, job, lang) for job in found)))


@router.get(
    "/{id}",
    dependencies=[requires("viewer")],
    response_model=JobDetail,
    responses=problems(404),
)
@uncached
def job(id: JobId, app_state: TheAppState, lang: Language) -> Response:
    """The progress of a job with its log; 'done' with its result, 'failed' with the reason."""
    found = app_state.jobs.get(id)
    return answer(job_detail(app_state.store, found, app_state.jobs.log_of(found), lang))


@router.get(
    "/{id}/events",
    response_class=Response,
    responses={200: {"content": {"text/event-stream": {}}}, **problems(404, 503)},
)
@uncached
async def events(
    id: JobId, request: Request, app_state: TheAppState, by: Viewer, lang: Language
) -> Response:
    """The progress of a job as it is made: server-sent events named `job`, each the job as JSON.

    The stream ends with the job, and after ten minutes; ask again for the rest.
    """
    address = request.client.host if request.client else ""
    counted = ExitStack()
    counted.enter_context(app_state.streams.one(f"{by.name} {address}"))
    stream = _events(app_state, id, lang, counted)
    return StreamingResponse(
        stream, media_type="text/event-stream", headers={"Cache-Control": "no-store"}
    )


@router.post("/{id}/cancel", response_model=JobShape, responses=problems(404))
def cancel(id: JobId, app_state: TheAppState, by: Entry, lang: Language) -> Response:
    """Ask for the end of a job: at once while it waits, at the next step while it runs.

    A job whose work is learned already is finished; one that is over stays as it is.
    """
    return answer(job_shape(app_state.store, app_state.jobs.cancel(id, by.name), lang))


def families_of(app_state: AppState, by: Caller, plan: str | None) -> set[str]:
    """The family of a plan, or all that the caller may see; '' stands for the house's jobs."""
    if plan:
        return {load_plan(app_state.store, plan).family}
    return {"", *families_open_to(app_state.store, by)}


async def _events(
    app_state: AppState, id_: str, lang: Lang, counted: ExitStack
) -> AsyncIterator[bytes]:
    begun = spoken = time.monotonic()
    before = b""
    try:
        while time.monotonic() - begun < LONGEST and not app_state.closing.is_set():
            shape = await run_in_threadpool(_shape, app_state, id_, lang)
            now = encode(shape)
            if now != before:
                before, spoken = now, time.monotonic()
                yield b"event: job\ndata: " + now + b"\n\n"
            elif time.monotonic() - spoken > QUIET:
                spoken = time.monotonic()
                yield b": still there\n\n"
            if shape.state not in ("queued", "running"):
                return
            await asyncio.sleep(PACE)
    finally:
        counted.close()


def _shape(app_state: AppState, id_: str, lang: Lang) -> JobShape:
    found = next((job for job in app_state.jobs.recent() if job.id == id_), None)
    return job_shape(app_state.store, found or app_state.jobs.get(id_), lang)
