"""What the program goes without: other covariances of errors, other orders of paths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

from models import coherence
from models.annual import AnnualDistribution
from models.coherence import OriginKey, copula_scores, joint, permuted, reorder
from models.reconciliation import family as reconciliation
from models.reconciliation.family import Sums, in_order_of_parts, reconcile, spreads_of

Array = NDArray[np.float64]

_NORMAL_80 = 2.5631031310892007  # width of a normal's central 80 % in standard deviations
FEWEST_YEARS = 3  # of past errors, below which correlations are not estimated


def covariance(spreads: Array, errors: Sequence[Mapping[OriginKey, float]]) -> Array:
    """Covariance of forecast errors: variances, and correlations as far as they are stable.

    Parameters
    ----------
    spreads : array, shape (k,), standard deviations of the forecasts, in their unit
    errors : of each forecast at past origins, standardised

    Returns
    -------
    array, shape (k, k)

    Notes
    -----
    The correlation of two forecasts is that of their past errors, as in the family's copula
    (`models.coherence`). Correlations are shrunk towards 0 by the ratio of their sampling
    variance to their squares; the origins of a year share its shocks, so that the variance is
    that of the years' contributions. Where few years are known, or one year's shock makes up the
    errors, nothing of them is left, and variances alone decide.

    References
    ----------
    Schäfer and Strimmer (2005), Statistical Applications in Genetics and Molecular Biology 4(1).
    """
    origins = sorted({origin for own in errors for origin in own})
    table = np.array([[own.get(origin, 0.0) for origin in origins] for own in errors], dtype=float)
    table = table.reshape(len(errors), len(origins))
    years = np.array([origin.year for origin in origins])
    size = np.linalg.norm(table, axis=1, keepdims=True)
    table = np.divide(table, size, out=np.zeros_like(table), where=size > 0)
    found = table @ table.T
    np.fill_diagonal(found, 1.0)
    off = ~np.eye(len(errors), dtype=bool)
    strength, distinct = float((found[off] ** 2).sum()), np.unique(years)
    if len(distinct) < FEWEST_YEARS or strength == 0.0:
        return np.asarray(np.diag(spreads**2), dtype=float)
    each = np.array([table[:, years == year] @ table[:, years == year].T for year in distinct])
    doubt = float(each.var(axis=0, ddof=1)[off].sum()) * len(distinct)
    found[off] *= 1.0 - min(doubt / strength, 1.0)
    return np.asarray(found * np.outer(spreads, spreads), dtype=float)


def variances_together(years: Sequence[AnnualDistribution], sums: Sums) -> Array:
    """Variances that weigh a total against its parts as they lie on the paths.

    Variances alone treat the errors of parts as independent, and so believe their sum too much
    wherever they go astray together. Here the variances of a total's parts are scaled so that
    they make up the variance of their sum on the paths, at every level from the top.

    Parameters
    ----------
    years : of `sums.names`, totals in the order of the sums of their parts

    Returns
    -------
    array, shape (n_names, n_names), diagonal
    """
    variances = spreads_of(years) ** 2
    scaled = variances.copy()

    def depth(name: str) -> int:
        place = sums.names.index(name)
        above = [
            total for total, (row, *_) in sums.broken_down.items() if row[place] and total != name
        ]
        return 1 + max(map(depth, above)) if above else 0

    for total in sorted(sums.broken_down, key=depth):
        at, (row, *_) = sums.names.index(total), sums.broken_down[total]
        places = np.flatnonzero(row)
        apart = float(variances[places].sum())
        if apart <= 0.0 or variances[at] <= 0.0:
            continue
        summed = np.sum([row[place] * years[place].samples for place in places.tolist()], axis=0)
        low, high = np.quantile(summed, [0.1, 0.9])
        together = (float(high - low) / _NORMAL_80) ** 2 / apart
        scaled[places] = variances[places] * max(together, 1.0) * scaled[at] / variances[at]
    return np.asarray(np.diag(scaled), dtype=float)


def by_level(years: Sequence[AnnualDistribution]) -> Array:
    """Errors in proportion to the level of each series; diagonal, shape (n_names, n_names)."""
    return np.diag([max(one.median, 1e-9) ** 2 for one in years])


def by_leaves(sums: Sums) -> Array:
    """As many units of variance as a series has series below it that add up to nothing else.

    References
    ----------
    Hyndman and Athanasopoulos (2021), Forecasting: Principles and Practice, section 11.3:
    structural scaling.
    """

    def leaves(name: str) -> int:
        own = [parts for total, parts in sums.members if total == name]
        return sum(map(leaves, own[0])) if own else 1

    return np.diag([float(leaves(name)) for name in sums.names])


def in_order_of_past_errors(
    years: Mapping[str, AnnualDistribution],
    errors: Mapping[str, Mapping[OriginKey, float]],
    family: str,
    seed: str,
) -> dict[str, AnnualDistribution]:
    """The same years in the joint order of past errors alone, as the copula once was."""
    with patch.multiple(coherence, SHARED=1.0, HALF_SHARED=0.0, COMMON=0.0):
        return {
            slug: joint(one, copula_scores(family, seed, slug, errors[slug], len(one.samples)))
            for slug, one in years.items()
        }


def unordered(
    years: Mapping[str, AnnualDistribution], sums: Sums
) -> dict[str, AnnualDistribution]:
    """Reconciled in the joint order of the copula alone, totals too."""
    with patch.object(reconciliation, "in_order_of_parts", lambda same, _: dict(same)):
        return reconcile(years, sums)


def all_in_one_order(
    years: Mapping[str, AnnualDistribution], sums: Sums
) -> dict[str, AnnualDistribution]:
    """Reconciled after each breakdown of a total has taken the order of the first one's sum.

    The members of a breakdown are reordered together, so that they keep their joint order.
    """
    ordered = in_order_of_parts(years, sums)
    for total in sums.broken_down:
        first, *others = (parts for one, parts in sums.members if one == total)
        lead = np.sum([ordered[part].samples for part in first], axis=0)
        ordered[total] = joint(ordered[total], lead)
        for parts in others:
            order = reorder(np.sum([ordered[part].samples for part in parts], axis=0), lead)
            ordered |= {part: permuted(ordered[part], order) for part in parts}
    return unordered(ordered, sums)
