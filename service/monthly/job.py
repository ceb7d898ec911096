"""A monthly run as a job, and the plans of which there is one."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from data.db.store import Store
from data.jobs.job import Job
from data.plans.rows import load_plan, plan_slugs
from data.settings import Settings
from service.monthly.run import run_month
from service.monthly.summary import summary
from training.workers import Progress


def monthly_job(store: Store, settings: Settings, job: Job, progress: Progress) -> dict[str, Any]:
    """A monthly run as a job."""
    asked = job.arguments.get("as_of")
    day = date.fromisoformat(asked) if asked else None
    outcome = run_month(store, settings, str(job.plan), day, job.by, progress)
    plan = load_plan(store, str(job.plan))
    told = {lang: list(summary(outcome, plan, lang)) for lang in ("vi", "en")}
    return {**asdict(outcome), "summary": told}


def newest_plans(store: Store) -> tuple[str, ...]:
    """The plan of the last year of each family, in order."""
    newest = {slug.rpartition("-")[0]: slug for slug in sorted(plan_slugs(store))}
    return tuple(newest.values())
