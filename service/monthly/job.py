"""A monthly run, and the day's notices, as jobs; and the plans of which there are such."""

from __future__ import annotations

import logging
from dataclasses import asdict
from datetime import date
from typing import Any

from data.db.store import Store
from data.jobs.job import Job
from data.plans.rows import load_plan, plan_slugs
from data.settings import Settings
from models.errors import VedichError
from service.monthly.run import run_month
from service.monthly.summary import summary
from service.notices.deliver import deliver
from service.notices.rules import tell
from service.state.app_state import AppState
from training.workers import Progress

log = logging.getLogger(__name__)


def monthly_job(store: Store, settings: Settings, job: Job, progress: Progress) -> dict[str, Any]:
    """A monthly run as a job."""
    asked = job.arguments.get("as_of")
    day = date.fromisoformat(asked) if asked else None
    outcome = run_month(store, settings, str(job.plan), day, job.by, progress)
    plan = load_plan(store, str(job.plan))
    told = {lang: list(summary(outcome, plan, lang)) for lang in ("vi", "en")}
    return {**asdict(outcome), "summary": told}


def notify_job(store: Store, settings: Settings, job: Job, progress: Progress) -> dict[str, Any]:
    """Write what is new to tell of every family's newest plan, and send it, as a job.

    A plan of which nothing can be told keeps no other from being told of.
    """
    app_state, slugs = AppState(settings, store), newest_plans(store)
    new, silent = 0, list[str]()
    for place, slug in enumerate(slugs):
        progress(place, len(slugs) + 1, slug)
        try:
            new += tell(app_state, slug, date.today())
        except VedichError as error:
            log.warning("nothing can be told: %s", error, extra={"plan": slug})
            silent.append(slug)
    done = deliver(store, settings)
    for one in done.failed:
        log.warning("a notice was not sent: %s", one)
    progress(len(slugs) + 1, len(slugs) + 1, "")
    return {"new": new, "sent": done.sent, "failed": len(done.failed), "silent": silent}


def newest_plans(store: Store) -> tuple[str, ...]:
    """The plan of the last year of each family, in order."""
    newest = {slug.rpartition("-")[0]: slug for slug in sorted(plan_slugs(store))}
    return tuple(newest.values())
