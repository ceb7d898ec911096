"""Controlled rounding: figures of few digits that still add up, in every breakdown.

Figures rounded one by one do not add up, and where a total has two breakdowns it cannot be the
sum of the rounded parts of both. So of all rounded figures that add up, those nearest to the
exact ones are taken.

References
----------
Cox (1987), A constructive procedure for unbiased controlled rounding, Journal of the American
Statistical Association 82(398).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from models.reconciliation.minimum_trace import Array, Constraints

_WHOLE = 1e-6  # a step counts as whole within this
_OF_TOTALS = 1e-3  # weight of a total's distance: its parts are rounded, and it follows them


@dataclass(frozen=True, eq=False)
class Digits:
    """How n figures are to be rounded.

    Attributes
    ----------
    decimals : array of int, shape (n,)
    totals : array of bool, shape (n,): follows its parts
    still : array of bool, shape (n,): is rounded on its own and does not follow others
    """

    decimals: NDArray[np.int64]
    totals: NDArray[np.bool_]
    still: NDArray[np.bool_]


def rounded(values: Array, least: Array, given: Constraints, digits: Digits) -> list[float]:
    """The nearest figures of few digits that fulfil all conditions.

    Parameters
    ----------
    values : array, shape (n,), which fulfil them
    least : array, shape (n,), below which a figure with a floor must not fall, itself rounded
    given : conditions; those on figures that stand still are not ours to fulfil
    digits : how they are rounded

    Returns
    -------
    list, length n; each figure rounded on its own where no rounded figures fulfil all
    conditions, as when printed figures contradict each other
    """
    unit = 10.0 ** -digits.decimals.astype(float)
    start = np.rint(values / unit)
    conditions = _Conditions.of(given, unit, digits.still)
    steps = _followed(start, conditions, digits)
    if not conditions.hold(start + steps):
        steps = _steps(values / unit, start, np.rint(least / unit), conditions, given, digits)
    places = zip(start + steps, unit, digits.decimals, strict=True)
    return [round(float(whole * size), int(decimals)) for whole, size, decimals in places]


@dataclass(frozen=True, eq=False)
class _Conditions:
    """Conditions in whole units; those on figures that stand still are left out.

    Attributes
    ----------
    rows : array, shape (n_conditions, n): `rows @ figures` is 0, or at least 0 where not `equal`
    """

    rows: Array
    equal: NDArray[np.bool_]

    @classmethod
    def of(cls, given: Constraints, unit: Array, still: NDArray[np.bool_]) -> _Conditions:
        rows = np.rint(np.vstack([given.sums, given.bounds]) * unit / unit.min())
        kept = (rows != 0)[:, ~still].any(axis=1)
        return cls(rows[kept], (np.arange(len(rows)) < len(given.sums))[kept])

    def hold(self, figures: Array) -> bool:
        apart = self.rows @ figures
        return bool((apart >= 0).all() and (apart[self.equal] == 0).all())


def _followed(start: Array, conditions: _Conditions, digits: Digits) -> Array:
    """Steps of totals that are the sums of their rounded parts: nearest, where all holds."""
    figures = start.copy()
    for _ in range(int(digits.totals.sum())):  # levels are at most as many as totals
        for row in conditions.rows[conditions.equal]:
            place = int(np.argmax(row))
            if not digits.still[place]:
                figures[place] -= row @ figures / row[place]
    return figures - start


def _steps(
    exact: Array,
    start: Array,
    least: Array,
    conditions: _Conditions,
    given: Constraints,
    digits: Digits,
) -> Array:
    """Whole units by which figures rounded on their own are to move; 0 where none will do.

    A figure's distance is linear from one whole unit to the next: a first step away costs at
    most as much as each further one. Where conditions form a network, as those of separate
    breakdowns do, a vertex of the linear programme is whole. Elsewhere the figure nearest to a
    whole one is fixed there, and the rest solved again.
    """
    n, apart = len(exact), start - exact
    weights = np.where(digits.totals, _OF_TOTALS, 1.0)
    first = [weights * (np.abs(apart + step) - np.abs(apart)) for step in (1, -1)]
    costs = np.concatenate([first[0], weights, first[1], weights])
    moves = np.hstack([np.eye(n), np.eye(n), -np.eye(n), -np.eye(n)])  # up, on, down, on
    lowest = np.where(given.floors, np.minimum(least - start, 0.0), -np.inf)
    low, high = np.where(digits.still, 0.0, lowest), np.where(digits.still, 0.0, np.inf)
    rows, missing = conditions.rows @ moves, -conditions.rows @ start
    equal = conditions.equal
    for _ in range(n):
        found = scipy.optimize.linprog(
            costs,
            A_ub=-rows[~equal],
            b_ub=-missing[~equal],
            A_eq=rows[equal],
            b_eq=missing[equal],
            bounds=np.column_stack([_ways(low, -high), _ways(high, -low)]),
            method="highs-ds",
        )
        if found.x is None:
            break
        steps = moves @ found.x
        off = np.abs(steps - np.rint(steps))
        if off.max() < _WHOLE:
            return np.asarray(np.rint(steps), dtype=float)
        place = int(np.argmin(np.where(off < _WHOLE, np.inf, off)))
        low[place] = high[place] = np.rint(steps[place])
    return np.zeros(n)


def _ways(up: Array, down: Array) -> Array:
    """So many steps up, a first one and further ones, and down; none for less than 0."""
    ways = [step for one in (up, down) for step in (np.clip(one, 0.0, 1.0), one - 1.0)]
    return np.maximum(np.concatenate(ways), 0.0)
