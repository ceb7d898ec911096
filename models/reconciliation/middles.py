"""The figures shown for the years of a reconciled family: they add up to the last digit shown.

Paths that add up have means that add up, but not medians. So the median that is shown of a
year in a reconciled family is its middle: the medians of the paths, moved by minimum trace
until they add up. Then parts are rounded to the digits shown, and totals follow them
(`models.reconciliation.rounding`). Means are rounded by the same rule. Quantiles do not add up,
and are not shown as if they did.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from models.annual import AnnualDistribution, Middle
from models.reconciliation.family import Sums, spreads_of
from models.reconciliation.minimum_trace import Array, reconciled
from models.reconciliation.rounding import Digits, rounded


def middles(
    years: Mapping[str, AnnualDistribution],
    sums: Sums,
    decimals: Mapping[str, int],
    covariance: Array | None = None,
) -> dict[str, Middle]:
    """The middle of every KPI that is tied to another, unless its year is over.

    Parameters
    ----------
    years : reconciled, of all KPIs in `sums.rows`
    decimals : digits shown, by KPI; KPIs that add up are shown with the fewest of them
    covariance : as for `reconcile`
    """
    own = [years[name] for name in sums.names]
    medians = np.array([one.median for one in own])
    known = np.array([float(np.median(one.known)) for one in own])
    given = sums.constraints(np.array([one.non_negative for one in own]))
    weights = np.diag(spreads_of(own) ** 2) if covariance is None else covariance
    medians = reconciled(medians[None, :], known[None, :], weights, given)[0]
    tied = sums.touched
    if not tied:
        return {}
    totals = {total for total, _ in sums.members}
    still = [one in sums.names and years[one].over for one in tied]
    digits = Digits(
        np.array(_shared(sums, decimals)),
        np.array([one in totals for one in tied]),
        np.array(still),
    )
    rows = np.array([sums.rows[one] for one in tied])
    ties = sums.ties(np.array([years[one].non_negative for one in tied]))
    means = np.array([one.mean for one in own])
    shown = [rounded(rows @ values, rows @ known, ties, digits) for values in (medians, means)]
    return {
        one: Middle(median, mean, int(places))
        for one, median, mean, places, over in zip(
            tied, *shown, digits.decimals, still, strict=True
        )
        if not over
    }


def left(
    whole: str,
    parts: Sequence[str],
    years: Mapping[str, AnnualDistribution],
    shown: Mapping[str, Middle],
) -> float:
    """What some parts leave of an open whole, from the medians shown, to their last digit."""
    digits = shown[whole].decimals
    medians = (
        shown[part].median if part in shown else round(years[part].median, digits)
        for part in parts
    )
    return round(shown[whole].median - sum(medians), digits)


def _shared(sums: Sums, decimals: Mapping[str, int]) -> list[int]:
    """The digits of each tied KPI: the fewest of those that it is added up with."""
    groups: list[set[str]] = []
    left = [(whole, parts) for whole in sums.touched for parts in sums.left_of(whole)]
    for whole, parts in (*sums.members, *left):
        tied = {whole, *parts}
        touching = [group for group in groups if group & tied]
        groups = [group for group in groups if not group & tied]
        groups.append(tied.union(*touching))
    fewest = {
        one: min(decimals.get(other, 0) for other in group) for group in groups for one in group
    }
    return [fewest.get(one, decimals.get(one, 0)) for one in sums.touched]
