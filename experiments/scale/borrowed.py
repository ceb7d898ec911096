"""Families as they are after a year of monthly runs, without computing their backtests.

A full backtest of 100,000 KPIs takes days. What a month costs does not depend on what the
backtest found, only on its being there: so the results of one family that was backtested
are kept for every KPI of the others, KPI by KPI in turn, under the hashes of what those
families see. Their figures and final fits are their own; their weights and intervals are
borrowed, so their forecasts are no forecasts and are not looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import cast

from data.db.store import Store
from data.plans.events import events_of
from data.plans.rows import family_plans, load_plan
from data.settings import Settings
from data.vintages.panel_rows import load_panel
from training.backtest.rolling_origin import backtest_year, run_backtest
from training.backtest.year import Setup, YearResult, YearTask
from training.kept import Kept
from training.workers import Item, Result, Workers

Years = Mapping[int, Sequence[YearResult]]  # of the KPIs of the lending family


def lend(store: Store, settings: Settings, family: str, day: date) -> Years:
    """The backtested years of a family that was retrained for the day: all are kept."""
    setup = setup_of(store, family, day)
    kept = Kept(settings.kept, settings.kept_bytes)
    with Workers(setup) as workers:
        found = run_backtest(workers, setup, sorted(setup.panel.kpis()), kept=kept)
    years: dict[int, list[YearResult]] = {}
    for one in found.results:
        years.setdefault(one.year, []).append(one)
    return years


def borrow(store: Store, settings: Settings, family: str, day: date, years: Years) -> None:
    """Keep the lent years as those of a family."""
    setup = setup_of(store, family, day)
    kept = Kept(settings.kept, settings.kept_bytes)
    with Borrowing(setup, years) as workers:
        run_backtest(workers, setup, sorted(setup.panel.kpis()), kept=kept)


def setup_of(store: Store, family: str, day: date) -> Setup:
    """As `training.retrain.retrain` makes it."""
    return Setup(
        load_panel(store, family, day),
        day,
        events=tuple(one for one in events_of(store, family) if one.day <= day),
        plans=tuple(load_plan(store, slug) for slug in family_plans(store, family)),
    )


class Borrowing(Workers[Setup]):
    """Workers to whom a year of a KPI costs nothing."""

    def __init__(self, shared: Setup, years: Years) -> None:
        super().__init__(shared)
        self._years = years

    def run(
        self,
        task: Callable[[Setup, Item], Result],
        items: Sequence[Item],
        done: Callable[[Item], None] | None = None,
    ) -> list[Result]:
        if cast(object, task) is not backtest_year:
            return super().run(task, items, done)
        return cast(list[Result], [*self._lent(cast(Sequence[YearTask], items))])

    def _lent(self, tasks: Sequence[YearTask]) -> Iterator[YearResult]:
        for task in tasks:
            lent = self._years[task.year]
            one = lent[int(task.kpi.rpartition("-")[2]) % len(lent)]
            rows = tuple(row | {"kpi": task.kpi} for row in one.rows)
            yield replace(one, kpi=task.kpi, rows=rows)
