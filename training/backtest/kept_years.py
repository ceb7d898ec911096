"""Backtested years and past revisions, computed once and kept by what they saw (`seen`).

A result is the same whether it was computed or kept: both go through the same form, in
which every float has all its digits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from models.series import Month
from models.targets.fulfilment import PastPlan
from training.backtest.first_estimates import (
    PastRevision,
    past_revisions,
    revisions_up_to,
)
from training.backtest.seen import Seen
from training.backtest.year import Setup, YearResult, YearTask
from training.kept import Kept
from training.workers import Workers


def years_of(
    workers: Workers[Setup],
    compute: Callable[[Setup, YearTask], YearResult],
    tasks: Sequence[YearTask],
    kept: Kept | None,
    seen: Seen,
    done: Callable[[YearTask], None] | None,
) -> list[YearResult]:
    """The results of `compute`, those that are kept without computing them."""
    if kept is None:
        return workers.run(compute, tasks, done)
    keys = [seen.year(task) for task in tasks]
    found = [kept.get(key) for key in keys]
    results = {key: _from_plain(value) for key, value in zip(keys, found, strict=True) if value}
    missing = []
    for key, task in zip(keys, tasks, strict=True):
        if key not in results:
            missing.append((key, task))
        elif done:
            done(task)
    computed = workers.run(compute, [task for _, task in missing], done)
    for (key, _), result in zip(missing, computed, strict=True):
        plain = _plain(result)
        kept.put(key, plain)
        results[key] = _from_plain(plain)
    return [results[key] for key in keys]


def revisions_of(setup: Setup, item: tuple[str, Mapping[Month, float] | None]) -> Any:
    """Past revisions of a KPI, and those up to the end of the year before; for `Workers`."""
    kpi, known = item
    if known is None:
        known = revisions_up_to(setup.panel, kpi, year_before(setup.as_of))
    return past_revisions(setup.panel, kpi, setup.as_of, known), known


def past_revisions_of(
    workers: Workers[Setup], setup: Setup, kpis: Sequence[str], kept: Kept | None, seen: Seen
) -> dict[str, tuple[PastRevision, ...]]:
    """Past revisions of KPIs, those of earlier years as they are kept."""
    up_to = year_before(setup.as_of)
    keys = {kpi: seen.revisions(kpi, up_to) for kpi in kpis} if kept else {}
    known = {kpi: _months(kept.get(keys[kpi])) if kept else None for kpi in kpis}
    found = workers.run(revisions_of, [(kpi, known[kpi]) for kpi in kpis])
    for kpi, (_, settled) in zip(kpis, found, strict=True):
        if kept and known[kpi] is None:
            kept.put(keys[kpi], {"months": {str(month): one for month, one in settled.items()}})
    return {kpi: revisions for kpi, (revisions, _) in zip(kpis, found, strict=True)}


def year_before(day: date) -> date:
    return date(day.year - 1, 12, 31)


def _months(value: Any) -> dict[Month, float] | None:
    if value is None:
        return None
    return {Month.parse(month): float(one) for month, one in value["months"].items()}


def _plain(result: YearResult) -> dict[str, Any]:
    """A result as JSON has it; a float is written so that it is read back exactly."""
    return {
        "kpi": result.kpi,
        "year": result.year,
        "errors": {name: array.tolist() for name, array in result.errors.items()},
        "standardised": result.standardised.tolist(),
        "month_ahead": result.month_ahead.tolist(),
        "plans": [
            {name: _value(value) for name, value in vars(one).items()} for one in result.plans
        ],
        "rows": [{name: _value(one) for name, one in row.items()} for row in result.rows],
        "failures": dict(result.failures),
        "reconstructed": int(result.reconstructed),
        "left_out": result.left_out,
    }


def _value(one: object) -> object:
    return one.item() if isinstance(one, np.generic) else one


def _from_plain(value: Any) -> YearResult:
    return YearResult(
        kpi=value["kpi"],
        year=value["year"],
        errors={name: np.array(array) for name, array in value["errors"].items()},
        standardised=np.array(value["standardised"]),
        month_ahead=np.array(value["month_ahead"]),
        plans=tuple(PastPlan(**one) for one in value["plans"]),
        rows=tuple(value["rows"]),
        failures=value["failures"],
        reconstructed=value["reconstructed"],
        left_out=value["left_out"],
    )
