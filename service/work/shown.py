"""A job in words: what it does, how far it is, how long it will take."""

from __future__ import annotations

from datetime import UTC, date, datetime

from data.db.store import Store
from data.jobs.job import Job, LogLine
from data.plans.plan import Plan
from data.plans.rows import load_plan
from models.errors import NotFound
from service.shapes.registry import JobDetail, JobLogLine, JobShape
from service.texts import TEXT, Lang, day_of, name_of, number, percent


def job_shape(store: Store, job: Job, lang: Lang) -> JobShape:
    """A job for people and programs."""
    now = datetime.now(UTC)
    plan = _plan(store, job)
    return JobShape(
        id=job.id,
        kind=job.kind,
        task=job.task,
        state=job.state,
        by=job.by,
        done=job.done,
        total=job.total,
        step=job.step,
        result=job.result,
        error=job.error,
        plan=job.plan,
        text=_why(job, lang),
        title=title(job, plan, lang),
        said=said(job, plan, now, lang),
        seconds_left=job.seconds_left(now),
        queued_at=job.queued_at,
        started_at=job.started_at,
        ended_at=job.ended_at,
        attempts=job.attempts,
    )


def job_detail(store: Store, job: Job, log: tuple[LogLine, ...], lang: Lang) -> JobDetail:
    """The same with its log."""
    lines = tuple(JobLogLine(at=one.at, event=one.event, detail=one.detail) for one in log)
    return JobDetail(**vars(job_shape(store, job, lang)), log=lines)


def title(job: Job, plan: Plan | None, lang: Lang) -> str:
    """What a job does."""
    text = TEXT[lang]
    about = job.plan or ""
    if plan is not None:
        about = plan.name_vi if lang == "vi" else plan.name_en
    day = job.arguments.get("as_of")
    if job.kind == "monthly":
        return text["work.monthly"].format(plan=about)
    if job.kind == "notify":
        return text["work.notify"]
    if job.kind == "promote":
        return text["work.promote"].format(plan=about, version=job.arguments["version"])
    if day:
        return text["work.retrain"].format(plan=about, day=day_of(date.fromisoformat(day), lang))
    return text["work.retrain_newest"].format(plan=about)


def said(job: Job, plan: Plan | None, now: datetime, lang: Lang) -> str:
    """How far a job is, in one line."""
    text = TEXT[lang]
    if job.state == "queued":
        return text["work.queued"]
    if job.state == "failed":
        return f"{text['work.failed']} {_why(job, lang)}"
    if job.state == "cancelled":
        return text["work.cancelled"]
    if job.state == "done":
        return text["work.done"]
    if job.cancelling:
        return text["work.cancelling"]
    if not job.total:
        return text["work.starting"]
    parts = [percent(100 * job.done / job.total, lang, 0), step_of(job, plan, lang)]
    left = job.seconds_left(now)
    if left is not None and job.done < job.total:
        minutes = round(left / 60)
        told = text["work.minutes_left"].format(minutes=number(minutes, lang))
        parts.append(told if minutes > 1 else text["work.minute_left"])
    return " · ".join(parts)


def step_of(job: Job, plan: Plan | None, lang: Lang) -> str:
    """The name of the last step: a KPI, and the year that was tested."""
    slug, _, year = job.step.partition(" ")
    kpi = next((one for one in plan.kpis if one.slug == slug), None) if plan else None
    return f"{name_of(kpi, lang) if kpi else slug} {year}".strip()


def _plan(store: Store, job: Job) -> Plan | None:
    try:
        return None if job.plan is None else load_plan(store, job.plan)
    except NotFound:
        return None


def _why(job: Job, lang: Lang) -> str | None:
    """Why a job failed."""
    if job.state != "failed":
        return None
    return job.failure[lang] if job.failure else TEXT[lang]["work.interrupted"]
