"""`vedich monthly`: all that a new month asks for, for one plan or all; for cron and timers."""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.arguments import (
    AsOfOption,
    EngineOption,
    LangOption,
    PlanOption,
    SchedulerOption,
    WorkersOption,
    open_store,
)
from service.speech import Lang

if TYPE_CHECKING:
    from data.db.store import Store
    from data.settings import Settings
    from service.monthly.outcome import Outcome

log = logging.getLogger(__name__)

WAITS, FAILED = 1, 2  # exit codes: something waits for a person; a plan failed


def monthly(
    plan: PlanOption = None,
    every: Annotated[bool, typer.Option("--all", help="The newest plan of each family.")] = False,
    as_of: AsOfOption = None,
    workers: WorkersOption = None,
    engine: EngineOption = "local",
    scheduler: SchedulerOption = None,
    lang: LangOption = None,
) -> None:
    """Load new files, retrain, promote or keep, project, write reports; exit code 0, 1 or 2.

    0: done. 1: done, but something waits for a person. 2: a plan failed, the others are done.
    """
    from service.cli.arguments import the_plan
    from service.monthly.job import newest_plans
    from service.projections.basis import as_of_date

    settings, store = open_store()
    day = as_of_date(as_of) if as_of else None
    language: Lang = lang.value if lang else settings.lang
    given = {"workers": workers, "engine": engine, "scheduler": scheduler}
    if every:
        code = _all(store, settings, newest_plans(store), day, given, language)
    else:
        code = _one(store, settings, the_plan(store, plan), day, given, language)
    raise typer.Exit(code)


def _one(
    store: Store,
    settings: Settings,
    slug: str,
    day: date | None,
    given: Mapping[str, Any],
    lang: Lang,
) -> int:
    """Run one plan in this process, and print what was done; the exit code."""
    from data.db.audit import process_user
    from data.jobs.lease import attended
    from data.plans.rows import load_plan
    from service.monthly.run import run_month
    from service.texts import ERROR
    from service.wording import explained
    from training.console import progress_bar

    try:
        plan, by = load_plan(store, slug), process_user()
        with (
            attended(
                store, "monthly", f"monthly {slug}", by, family=plan.family, plan=slug
            ) as told,
            progress_bar(f"monthly {slug}", told) as progress,
        ):
            outcome = run_month(store, settings, slug, day, by, progress, **given)
    except Exception as error:  # no other end has an exit code of its own
        said = explained(error, lang)
        if said is None:
            log.exception("monthly run of %s", slug)
        return _failed(slug, said or ERROR[lang]["unexpected"])
    return _shown(store, outcome, lang)


def _all(
    store: Store,
    settings: Settings,
    slugs: Sequence[str],
    day: date | None,
    given: Mapping[str, Any],
    lang: Lang,
) -> int:
    """Run plans, several at once, and print what was done in their order; the exit code."""
    from service.monthly.families import run_months
    from training.console import progress_bar

    ended: list[tuple[str, int]] = []
    done: list[str] = []
    with progress_bar("monthly --all") as progress:

        def is_done(slug: str) -> None:
            done.append(slug)
            progress(len(done), len(slugs), slug)

        for one in run_months(settings, slugs, lang, day, done=is_done, **given):
            if one.outcome is None:
                ended.append((one.plan, _failed(one.plan, one.problem)))
            else:
                ended.append((one.plan, _shown(store, one.outcome, lang)))
    if len(ended) > 1:
        print(_count(ended, lang))
    return max((code for _, code in ended), default=0)


def _shown(store: Store, outcome: Outcome, lang: Lang) -> int:
    from data.plans.rows import load_plan
    from service.monthly.summary import summary

    for line in summary(outcome, load_plan(store, outcome.plan), lang):
        print(line)
    return WAITS if outcome.waits else 0


def _count(ended: Sequence[tuple[str, int]], lang: Lang) -> str:
    """How many plans were done, and which wait or failed."""
    from service.texts import TEXT, number

    text = TEXT[lang]
    waiting = ", ".join(slug for slug, code in ended if code == WAITS)
    failed = ", ".join(slug for slug, code in ended if code == FAILED)
    done = sum(code != FAILED for _, code in ended)
    told = [text["monthly.all"].format(done=number(done, lang), plans=number(len(ended), lang))]
    if waiting:
        told.append(text["monthly.all_waiting"].format(plans=waiting))
    if failed:
        told.append(text["monthly.all_failed"].format(plans=failed))
    return " ".join(told)


def _failed(slug: str, problem: str) -> int:
    print(f"vedich: {slug}: {problem}", file=sys.stderr)
    return FAILED
