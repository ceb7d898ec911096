"""Controlled rounding: figures of few digits that still add up, in every breakdown.

Figures rounded one by one do not add up, and where a total has two breakdowns it cannot be the
sum of the rounded parts of both. So of all rounded figures that add up, those nearest to the
exact ones are taken: an integer programme, small enough to be solved exactly.

References
----------
Cox (1987), A constructive procedure for unbiased controlled rounding, Journal of the American
Statistical Association 82(398).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from models.reconciliation.minimum_trace import Array, Constraints

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
    """Whole units by which figures rounded on their own are to move."""
    n, free = len(exact), ~digits.still
    missing = -conditions.rows @ start
    one, apart = np.eye(n), start - exact
    found = milp(
        np.concatenate([np.zeros(n), np.where(digits.totals, _OF_TOTALS, 1.0)]),
        integrality=np.concatenate([np.ones(n), np.zeros(n)]),
        bounds=Bounds(
            np.concatenate(
                [
                    np.where(
                        free,
                        np.where(given.floors, np.minimum(least - start, 0.0), -np.inf),
                        0.0,
                    ),
                    np.zeros(n),
                ]
            ),
            np.concatenate([np.where(free, np.inf, 0.0), np.full(n, np.inf)]),
        ),
        constraints=[
            LinearConstraint(
                np.hstack([conditions.rows, np.zeros_like(conditions.rows)]),
                missing,
                np.where(conditions.equal, missing, np.inf),
            ),
            LinearConstraint(np.hstack([-one, one]), apart, np.full(n, np.inf)),
            LinearConstraint(np.hstack([one, one]), -apart, np.full(n, np.inf)),
        ],
        options={"mip_rel_gap": 0.0},
    )
    return np.zeros(n) if found.x is None else np.asarray(np.rint(found.x[:n]), dtype=float)
