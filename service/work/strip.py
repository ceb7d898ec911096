"""The slim strip of long work at the head of every page, for those who may see it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from fastapi import Request

from data.jobs.job import Job
from models.errors import StoreUnavailable
from service.auth.access import Caller
from service.state.app_state import AppState
from service.texts import Lang
from service.web.answer_cache import do_not_cache
from service.web.templates import render
from service.work.routes import families_of
from service.work.shown import job_shape

PLACE = "<!--work-->"  # in a page, where the strip goes; a page may be kept, the strip may not
STAYS = timedelta(minutes=10)  # for which a job that is over is still told of
MOST = 3  # jobs that are shown


@dataclass(frozen=True)
class Shown:
    """A job of the strip: its state, what it does, how far it is, where its outcome is seen."""

    id: str
    state: str
    done: int
    total: int
    title: str
    said: str
    cancelling: bool
    plan: str | None


def strip(request: Request, lang: Lang, caller: Caller, plan: str) -> str:
    """The strip's HTML: work of a plan's family, outside of plans all; '' without any."""
    app_state: AppState = request.app.state.vedich
    if not caller.inside:
        return ""
    try:
        jobs = [job for job in app_state.jobs.recent() if _told(job, datetime.now(UTC))]
        if not jobs:  # nearly always: nothing more is asked
            return ""
        families = families_of(app_state, caller, plan or None)
    except StoreUnavailable:
        return ""
    mine = [job for job in jobs if job.family in families]
    mine.sort(key=lambda job: (not job.open, -job.number))
    if mine:
        do_not_cache(request)  # a job moves, and the word of one that is over goes
    shown = tuple(_shown(app_state, job, lang) for job in mine[:MOST])
    here = request.url.path
    if request.url.query:
        here += f"?{request.url.query}"
    return render("work.html", lang, {"jobs": shown, "caller": caller, "here": here})


def placed(html: bytes, request: Request) -> bytes:
    """A page with the strip of its request in its place."""
    return html.replace(PLACE.encode(), getattr(request.state, "work", "").encode(), 1)


def _told(job: Job, now: datetime) -> bool:
    return job.open or (job.ended_at is not None and now - job.ended_at < STAYS)


def _shown(app_state: AppState, job: Job, lang: Lang) -> Shown:
    shape = job_shape(app_state.store, job, lang)
    return Shown(
        job.id, job.state, job.done, job.total, shape.title, shape.said, job.cancelling, job.plan
    )


def digest(request: Request) -> str:
    """What tells two pages apart that differ in the strip alone; '' without one."""
    work = getattr(request.state, "work", "")
    return hashlib.sha256(work.encode()).hexdigest()[:8] if work else ""
