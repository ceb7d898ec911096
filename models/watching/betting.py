"""Whether misses are more frequent than they should be: a test that may be looked at every month.

If forecasts were right, each month's share of misses x would be p on average. The wealth of a bet
on more, W = mean over λ of Π (1 + λ (x − p)), is then a nonnegative martingale, however the
misses of a month hang together, and reaches A with probability at most 1/A over all months
(Ville). After an alarm it starts again from 1.

References
----------
Shafer (2021), Testing by betting, Journal of the Royal Statistical Society A 184.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.series import Month


@dataclass(frozen=True, eq=False)
class Bet:
    """On more misses than expected.

    Attributes
    ----------
    expected : share of misses of right forecasts, 0 to 1
    alarm : wealth at which it is told; right forecasts reach it with probability 1 / alarm
    bets : array, shape (n_bets,), each below 1 / expected, so that nothing is lost whole
    """

    expected: float
    alarm: float
    bets: NDArray[np.float64]


OF_A_FAMILY = Bet(0.2, 20.0, np.array([0.5, 1.0, 2.0, 4.0]))  # outside 80 % intervals
OF_A_KPI = Bet(0.05, 200.0, np.array([1.0, 4.0, 8.0, 16.0]))  # outside 95 % intervals


@dataclass(frozen=True)
class Alarm:
    """In which month, over how many months, and what share were misses."""

    month: Month
    months: int
    share: float


def alarms_of(shares: Iterable[tuple[Month, float]], bet: Bet) -> list[Alarm]:
    """Every alarm of a course of months.

    Parameters
    ----------
    shares : month and share of misses, 0 to 1, oldest first
    """
    found: list[Alarm] = []
    wealth, seen = np.ones(len(bet.bets)), list[float]()
    for month, share in shares:
        wealth = wealth * (1.0 + bet.bets * (share - bet.expected))
        seen.append(share)
        if wealth.mean() >= bet.alarm:
            found.append(Alarm(month, len(seen), float(np.mean(seen))))
            wealth, seen = np.ones(len(bet.bets)), []
    return found
