"""What each quarter of a target must bring, beside what it brought or is forecast to bring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum

import numpy as np

from service.projections.facts import Facts, MonthFact


@dataclass(frozen=True)
class QuarterNeed:
    """One quarter, in the KPI's unit; for kind growth per cent on last year's quarter.

    Attributes
    ----------
    quarter : 1 to 4
    over : every month of it is observed
    needed : of a quarter to come, what just meets the target (at most that, for an upper
        bound); of one that is over, the plan's share that the season usually has by then.
        None without a target or a season
    brought : the actual figure, for a quarter to come with the forecast of the months left;
        the forecasts of the quarters add up to the projected year where months do
    points : `needed` and `brought` are themselves per cent
    """

    quarter: int
    over: bool
    needed: float | None
    brought: float | None
    ceiling: bool
    points: bool

    @property
    def gap(self) -> float | None:
        """What it brings beyond the need, in the unit; negative: it falls short."""
        if self.needed is None or self.brought is None:
            return None
        return self.brought - self.needed

    @property
    def share(self) -> float | None:
        """The gap in per cent of the need; for per cent the gap itself, in points."""
        if self.gap is None or self.needed is None:
            return None
        if self.points:
            return self.gap
        return 100 * self.gap / abs(self.needed) if self.needed else None

    @property
    def enough(self) -> bool | None:
        """Whether it brings what is needed: at most that, for an upper bound."""
        if self.gap is None:
            return None
        return self.gap <= 0 if self.ceiling else self.gap >= 0


def quarter_needs(one: Facts) -> tuple[QuarterNeed, ...]:
    """The four quarters of a KPI's year; empty unless all twelve months are known or projected."""
    if len(one.months) != 12:
        return ()
    required = one.target.required if one.target else None
    minimums = (
        {int(entry.quarter[-1]): entry.minimum for entry in required.quarters} if required else {}
    )
    found = []
    for quarter in range(1, 5):
        inside = one.months[3 * quarter - 3 : 3 * quarter]
        over = all(month.status != "projected" for month in inside)
        found.append(
            QuarterNeed(
                quarter=quarter,
                over=over,
                needed=_expected(one, quarter) if over else minimums.get(quarter),
                brought=_brought(one, quarter),
                ceiling=one.target is not None and one.target.comparator == "at_most",
                points=one.kpi.traits.outcome_is_rate,
            )
        )
    return tuple(found)


def next_need(one: Facts) -> QuarterNeed | None:
    """The first quarter that is not over and has a need."""
    return next((q for q in quarter_needs(one) if not q.over and q.needed is not None), None)


def _expected(one: Facts, quarter: int) -> float | None:
    """What a past quarter had to bring: the target times the share that the season usually has."""
    bound = one.bound
    if bound is None or not one.kpi.traits.adds_up:
        return bound
    if one.usual is None:
        return None
    before = one.usual[3 * quarter - 4] if quarter > 1 else 0.0
    return bound * (one.usual[3 * quarter - 1] - before)


def _brought(one: Facts, quarter: int) -> float | None:
    inside = one.months[3 * quarter - 3 : 3 * quarter]
    if one.kpi.traits.adds_up:
        end = _to_date(one, 3 * quarter)
        start = _to_date(one, 3 * quarter - 3) if quarter > 1 else 0.0
        return None if end is None or start is None else end - start
    return _level(one, inside)


def _to_date(one: Facts, month: int) -> float | None:
    """The year to date through a month: as published, or the middle of its forecast."""
    last = one.months[month - 1]
    if last.status == "projected":
        return None if last.view.cumulative is None else last.view.cumulative.q50
    if last.month == one.cutoff and one.to_date is not None:
        return one.to_date
    return fsum(each.value for each in one.months[:month])


def _level(one: Facts, inside: Sequence[MonthFact]) -> float | None:
    """The quarter of a level: its last month, or the mean of its months.

    A quarter's growth is near the mean of its months' growths, since the base differs little
    from month to month.
    """
    values = [month.value for month in inside]
    if one.kpi.traits.outcome_is_rate:
        return float(np.mean(values))
    return one.kpi.traits.year.combined(np.array(values))
