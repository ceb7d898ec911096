"""The figures shown for the years of a reconciled family: they add up to the last digit shown.

Paths that add up have means that add up, but not medians. So the median that is shown of a
year in a reconciled family is its middle: the medians of the paths, moved by minimum trace
until they add up. Then every part is rounded to the digits shown, and a total is the sum of its
rounded parts. Means are rounded by the same rule. Quantiles do not add up, and are not shown as
if they did.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from models.annual import AnnualDistribution, Middle
from models.reconciliation.family import Sums, spreads_of
from models.reconciliation.minimum_trace import Array, reconciled


def middles(
    years: Mapping[str, AnnualDistribution],
    sums: Sums,
    decimals: Mapping[str, int],
    covariance: Array | None = None,
) -> dict[str, Middle]:
    """The middle of every KPI that is a total or a part of one, unless its year is over.

    Parameters
    ----------
    years : reconciled, of all KPIs in `sums.rows`
    decimals : digits shown, by KPI
    covariance : as for `reconcile`
    """
    own = [years[name] for name in sums.names]
    medians = np.array([one.median for one in own])
    known = np.array([float(np.median(one.known)) for one in own])
    given = sums.constraints(np.array([one.non_negative for one in own]))
    weights = np.diag(spreads_of(own) ** 2) if covariance is None else covariance
    medians = reconciled(medians[None, :], known[None, :], weights, given)[0]
    means = np.array([one.mean for one in own])
    found: dict[str, Middle] = {}
    for members in _components(sums):
        digits = min(decimals.get(one, 0) for one in members)
        shown = _Rounded(sums, years, digits)
        for one in members:
            if one not in sums.names or not years[one].over:
                found[one] = Middle(shown.of(one, medians), shown.of(one, means), digits)
    return found


class _Rounded:
    """Values rounded part by part; a total is the sum of its rounded parts."""

    def __init__(self, sums: Sums, years: Mapping[str, AnnualDistribution], digits: int) -> None:
        self._sums, self._years, self._digits = sums, years, digits

    def of(self, kpi: str, values: Array) -> float:
        """The rounded value of a KPI, from the values of `sums.names`."""
        return round(float(self._row(self._sums.rows[kpi], values)), self._digits)

    def _row(self, row: Array, values: Array) -> float:
        total = 0.0
        for place in np.flatnonzero(row):
            name = self._sums.names[place]
            parts = self._sums.broken_down.get(name)
            if parts is None or self._years[name].over:
                total += float(row[place]) * round(float(values[place]), self._digits)
            else:
                total += float(row[place]) * self._row(parts, values)
        return total


def _components(sums: Sums) -> list[list[str]]:
    """KPIs tied by totals, by group; KPIs tied to no total are in none."""
    groups: list[set[str]] = []
    for total, parts in sums.members.items():
        tied = {total, *parts}
        touching = [group for group in groups if group & tied]
        groups = [group for group in groups if not group & tied]
        groups.append(tied.union(*touching))
    return [[one for one in sums.rows if one in group] for group in groups]
