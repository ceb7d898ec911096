"""Retraining, promotion by hand and backtest, as routes and commands start them.

statsmodels and MLflow load inside the functions: help and HTTP answers do not wait for them.
"""

from __future__ import annotations

import os
from datetime import date
from typing import TYPE_CHECKING, Any

from data.db.store import Store
from data.jobs.job import Job
from data.plans.rows import load_plan
from data.settings import Settings
from data.vintages.panel_rows import load_panel
from service.projections.issue import issue

if TYPE_CHECKING:
    import pandas as pd

    from data.ledger.promotions import Promotion
    from training.workers import Progress


def retrain_job(store: Store, settings: Settings, job: Job, progress: Progress) -> dict[str, Any]:
    """A retraining as a job."""
    from training.retrain import retrain

    plan, as_of = str(job.plan), date.fromisoformat(job.arguments["as_of"])
    report = retrain(store, settings, plan, as_of, progress=progress, by=job.by)
    if report.decision.promoted:
        issue(store, settings, plan, report.as_of)
    return {
        "family": report.family,
        "version": report.version,
        "as_of": report.as_of.isoformat(),
        "bundle_hash": report.bundle_hash,
        "promoted": report.decision.promoted,
        "reason": report.decision.reason,
        "kpis": report.kpis,
        "seconds": round(report.seconds, 1),
    }


def promoted_by_hand(
    store: Store, settings: Settings, plan: str, version: str, by: str | None = None
) -> Promotion:
    """Let a registered version answer whatever the gate decided, and issue its projections."""
    from training.retrain import promote_version

    promotion = promote_version(store, settings, load_plan(store, plan).family, version, by=by)
    issue(store, settings, plan, promotion.as_of)
    return promotion


def promotion_job(
    store: Store, settings: Settings, job: Job, progress: Progress
) -> dict[str, Any]:
    """A promotion by hand as a job."""
    progress(0, 1, "")
    done = promoted_by_hand(
        store, settings, str(job.plan), str(job.arguments["version"]), by=job.by
    )
    progress(1, 1, "")
    return {
        "family": done.family,
        "version": done.version,
        "as_of": done.as_of.isoformat(),
        "bundle_hash": done.bundle_hash,
    }


def backtest_scores(
    store: Store,
    plan: str,
    as_of: date,
    years: int | None = None,
    workers: int | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Scores of past years' forecasts per method and months known.

    Parameters
    ----------
    plan : slug; all KPIs of its family
    as_of : figures published later are not used
    years : score only that many of the last years; default all. Models still learn from
        the earlier years
    workers : processes; default one per core; the scores do not depend on it

    Returns
    -------
    frame, see `training.backtest.scoreboard.summary`
    """
    from training.backtest.rolling_origin import backtest_years, run_backtest
    from training.backtest.scoreboard import after_first_year, summary
    from training.backtest.year import Setup, YearTask
    from training.workers import Workers

    family = load_plan(store, plan).family
    setup = Setup(load_panel(store, family, as_of), as_of)
    kpis = sorted(setup.panel.kpis())
    total, finished = len(backtest_years(setup, kpis)), 0

    def done(step: YearTask) -> None:
        nonlocal finished
        finished += 1
        if progress:
            progress(finished, total, f"{step.kpi} {step.year}")

    with Workers(setup, workers or os.cpu_count() or 1) as pool:
        rows = after_first_year(run_backtest(pool, setup, kpis, done).scores.frame())
    if years:
        rows = rows[rows["year"] > rows["year"].max() - years]
    return summary(rows)
