"""Retraining and backtest as the command line and the routes both start them.

statsmodels and MLflow load inside the functions: neither the help of the
command line nor an answer over HTTP has to wait for them.
"""

from __future__ import annotations

import os
from datetime import date
from typing import TYPE_CHECKING, Any

from data.db.store import Store
from data.plans.rows import load_plan
from data.settings import Settings
from data.vintages.panel_rows import load_panel
from service.state.jobs import Progress, Work

if TYPE_CHECKING:
    import pandas as pd


def retrain_work(store: Store, settings: Settings, plan: str, as_of: date, by: str) -> Work:
    """A retraining as a job of the service, asked for by `by`."""

    def work(progress: Progress) -> dict[str, Any]:
        from training.retrain import retrain

        report = retrain(store, settings, plan, as_of, progress=progress, by=by)
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

    return work


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
    as_of : nothing published later is looked at
    years : only the last so many of the years that were forecast; default all.
        What they learned from earlier years is the same either way
    workers : processes; default one per core. Their number changes no digit

    Returns
    -------
    frame, see `training.backtest.scoreboard.summary`
    """
    from training.backtest.rolling_origin import Setup, YearTask, backtest_years, run_backtest
    from training.backtest.scoreboard import after_first_year, summary
    from training.workers import Workers

    family = load_plan(store, plan).family
    setup = Setup(load_panel(store, family, as_of), as_of)
    kpis = sorted(setup.panel.kpis())
    total, told = len(backtest_years(setup, kpis)), 0

    def done(step: YearTask) -> None:
        nonlocal told
        told += 1
        if progress:
            progress(told, total, f"{step.kpi} {step.year}")

    with Workers(setup, workers or os.cpu_count() or 1) as pool:
        rows = after_first_year(run_backtest(pool, setup, kpis, done).scores.frame())
    if years:
        rows = rows[rows["year"] > rows["year"].max() - years]
    return summary(rows)
