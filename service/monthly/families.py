"""The monthly runs of many families: several at once, each in a process of its own.

First all new files are loaded, then the rest is done: a family whose totals are spread by
another's figures sees the same ones whichever is done first. What a family learns, projects
and writes is its own, so the digits are those of one family after the other.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

from data.db.audit import process_user
from data.db.store import Store
from data.jobs.job import Cancelled
from data.jobs.lease import attended
from data.plans.rows import load_plan
from data.settings import Settings
from service.monthly.outcome import Outcome
from service.monthly.run import load_files, run_month
from service.texts import ERROR, TEXT, Lang
from service.wording import explained
from training.process_pool import ProcessPool

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Asked:
    """What is asked of every family; attributes as the parameters of `run_months`."""

    settings: Settings
    lang: Lang
    as_of: date | None = None
    workers: int = 1
    engine: str = "local"
    scheduler: str | None = None


@dataclass(frozen=True)
class Ended:
    """How a plan's run ended: its outcome, or why there is none; and how many KPIs it has."""

    plan: str
    outcome: Outcome | None = None
    problem: str = ""
    kpis: int = 0


def run_months(
    settings: Settings,
    plans: Sequence[str],
    lang: Lang,
    as_of: date | None = None,
    *,
    workers: int | None = None,
    engine: str = "local",
    scheduler: str | None = None,
    done: Callable[[str], None] | None = None,
) -> Iterator[Ended]:
    """The monthly runs of plans, one of each family; yields how each ended, in their order.

    A plan that fails, or whose process ends, stops no other.

    Parameters
    ----------
    plans : slugs
    lang : of problems
    as_of : as of `run_month`
    workers : processes of this machine, default one per core; so many families at once, and
        with fewer families each has its share of them
    engine, scheduler : as of `training.retrain.retrain`
    done : called after each plan, in the order in which they are done
    """
    cores = workers or len(os.sched_getaffinity(0))
    at_once = max(1, min(cores, len(plans)))
    asked = Asked(settings, lang, as_of, cores // at_once, engine, scheduler)
    lost = partial(_lost, lang)
    with ProcessPool(at_once) as pool:
        loaded = [*pool.map(partial(_loaded, asked), [Ended(plan) for plan in plans], lost)]
        yield from pool.map(
            partial(_run, asked),
            loaded,
            lost,
            (lambda ended: done(ended.plan)) if done else None,
            weight=lambda ended: ended.kpis,
        )


def _loaded(asked: Asked, before: Ended) -> Ended:
    def load(store: Store) -> Ended:
        plan, outcome = load_plan(store, before.plan), Outcome(before.plan, "")
        outcome = load_files(store, asked.settings, plan.family, outcome, process_user())
        return Ended(plan.slug, outcome, kpis=len(plan.kpis))

    return _ended(asked, before.plan, load)


def _run(asked: Asked, loaded: Ended) -> Ended:
    if loaded.outcome is None:
        return loaded

    def run(store: Store) -> Ended:
        plan, by = load_plan(store, loaded.plan), process_user()
        with attended(
            store, "monthly", f"monthly {plan.slug}", by, family=plan.family, plan=plan.slug
        ) as told:
            outcome = run_month(
                store,
                asked.settings,
                plan.slug,
                asked.as_of,
                by,
                told,
                asked.workers,
                engine=asked.engine,
                scheduler=asked.scheduler,
                loaded=loaded.outcome,
            )
            return Ended(plan.slug, outcome)

    return _ended(asked, loaded.plan, run)


def _ended(asked: Asked, plan: str, work: Callable[[Store], Ended]) -> Ended:
    """Do a part of a plan's run on a store of its own, and say how it ended."""
    try:
        store = Store.open(asked.settings.store_url, asked.settings.database_timeout)
        try:
            return work(store)
        finally:
            store.close()
    except KeyboardInterrupt as told:
        if not isinstance(told.__cause__, Cancelled):
            raise
        return Ended(plan, problem=TEXT[asked.lang]["work.cancelled"])
    except Exception as error:
        said = explained(error, asked.lang)
        if said is None:
            log.exception("monthly run of %s", plan)
        return Ended(plan, problem=said or ERROR[asked.lang]["unexpected"])


def _lost(lang: Lang, before: Ended) -> Ended:
    return replace(before, outcome=None, problem=TEXT[lang]["monthly.lost"])
