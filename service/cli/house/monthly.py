"""`vedich monthly`: all that a new month asks for, for one plan or all; for cron and timers."""

from __future__ import annotations

import logging
import sys
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.arguments import AsOfOption, LangOption, PlanOption, WorkersOption, open_store
from service.speech import Lang

if TYPE_CHECKING:
    from data.db.store import Store
    from data.settings import Settings

log = logging.getLogger(__name__)

WAITS, FAILED = 1, 2  # exit codes: something waits for a person; a plan failed


def monthly(
    plan: PlanOption = None,
    every: Annotated[bool, typer.Option("--all", help="The newest plan of each family.")] = False,
    as_of: AsOfOption = None,
    workers: WorkersOption = None,
    lang: LangOption = None,
) -> None:
    """Load new files, retrain, promote or keep, project, write reports; exit code 0, 1 or 2.

    0: done. 1: done, but something waits for a person. 2: a plan failed, the others are done.
    """
    from service.cli.arguments import the_plan
    from service.monthly.job import newest_plans
    from service.projections.basis import as_of_date
    from service.texts import ERROR
    from service.wording import explained

    settings, store = open_store()
    day = as_of_date(as_of) if as_of else None
    slugs = newest_plans(store) if every else (the_plan(store, plan),)
    language: Lang = lang.value if lang else settings.lang
    code = 0
    for slug in slugs:
        try:
            waits = _one(store, settings, slug, day, workers, language)
        except Exception as error:  # whatever it is: a plan failed, and the others are done
            said = explained(error, language)
            if said is None:
                log.exception("monthly %s", slug)
                said = ERROR[language]["unexpected"]
            print(f"vedich: {slug}: {said}", file=sys.stderr)
            code = FAILED
        else:
            code = max(code, WAITS if waits else 0)
    raise typer.Exit(code)


def _one(
    store: Store,
    settings: Settings,
    slug: str,
    day: date | None,
    workers: int | None,
    lang: Lang,
) -> bool:
    """Run one plan and print what was done; whether something waits for a person."""
    from data.db.audit import process_user
    from data.jobs.lease import attended
    from data.plans.rows import load_plan
    from service.monthly.run import run_month
    from service.monthly.summary import summary
    from training.console import progress_bar

    plan, by = load_plan(store, slug), process_user()
    with (
        attended(store, "monthly", f"monthly {slug}", by, family=plan.family, plan=slug) as told,
        progress_bar(f"monthly {slug}", told) as progress,
    ):
        outcome = run_month(store, settings, slug, day, by, progress, workers)
    for line in summary(outcome, plan, lang):
        print(line)
    return outcome.waits
