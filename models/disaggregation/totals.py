"""Consistency of totals that cover the same months.

Printed figures repeat and contradict each other: a cumulative figure is rounded,
a quarter was revised without its months, a rate implies another base than the
printed one. The method is ours: totals are taken in the order of trust. A total that
follows from earlier totals must agree with them. If it does not, it takes their value
if its own rounding allows; else all totals tied to it are adjusted as little as
possible within their rounding (the largest adjustment, as a share of its rounding, is
minimal); if that is not enough, the total is set aside. Every such case is reported.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import scipy
from numpy.typing import NDArray

Array = NDArray[np.float64]

EXACT = 1e-9  # relative; totals that differ by less are the same
_NULL = 1e-9  # of a row's length; a smaller remainder follows from other rows


@dataclass(frozen=True)
class Dispute:
    """A total that contradicts more trusted totals.

    Attributes
    ----------
    total : its place in the given list
    implied : its value according to the others, in its unit
    kept : whether it is met within its rounding; otherwise it is set aside
    """

    total: int
    implied: float
    kept: bool


@dataclass(frozen=True, eq=False)
class Agreement:
    """Consistent totals.

    Attributes
    ----------
    values : array, shape (n_totals,); as given, adjusted within the rounding if
        disputed, NaN if set aside
    independent : places of totals that imply all other kept totals
    disputes : in the given order
    """

    values: Array
    independent: tuple[int, ...]
    disputes: tuple[Dispute, ...]


def agree(weights: Array, values: Array, rounding: Array) -> Agreement:
    """Make totals consistent.

    Parameters
    ----------
    weights : array, shape (n_totals, n_months); total i is `weights[i] @ months`
    values : array, shape (n_totals,), as printed, the most trusted first
    rounding : array, shape (n_totals,), half a unit of the last digit printed

    Returns
    -------
    Agreement; an undisputed total keeps its value to the last digit
    """
    found = _Agreed(weights, values, rounding)
    for place in range(len(values)):
        found.add(place)
    met = np.full(len(values), np.nan)
    met[found.kept] = values[found.kept]
    for place, implied in found.replaced.items():
        met[place] = implied
    for members in found.tied:
        adjusted = found.adjusted(members)
        if adjusted is not None:  # as when the last of them was kept
            met[members] = adjusted
    return Agreement(met, tuple(found.independent), tuple(found.disputes))


@dataclass
class _Agreed:
    """Totals taken so far, and an orthonormal basis of their rows."""

    weights: Array
    values: Array
    rounding: Array
    kept: list[int] = field(default_factory=list)
    independent: list[int] = field(default_factory=list)
    disputes: list[Dispute] = field(default_factory=list)
    replaced: dict[int, float] = field(default_factory=dict)  # by the implied value
    tied: list[list[int]] = field(default_factory=list)  # groups to adjust jointly

    def __post_init__(self) -> None:
        self._basis = np.empty((0, self.weights.shape[1]))
        self._known = np.empty(0)  # the total of each vector of the basis
        self._rests_on: dict[int, frozenset[int]] = {}

    def add(self, place: int) -> None:
        """Take another total, or set it aside."""
        row, value = self.weights[place], float(self.values[place])
        length = float(np.linalg.norm(row))
        share = self._basis @ row
        left = row - share @ self._basis
        again = self._basis @ left  # against rounding errors
        left, share = left - again @ self._basis, share + again
        size = float(np.linalg.norm(left))
        implied = float(share @ self._known)
        if size > _NULL * length:
            self._basis = np.vstack([self._basis, left / size])
            self._known = np.append(self._known, (value - implied) / size)
            self.independent.append(place)
            self.kept.append(place)
            return
        self.kept.append(place)
        contradicts = abs(value - implied) > EXACT * max(abs(value), abs(implied))
        if not self.tied and abs(value - implied) <= self.rounding[place]:
            if contradicts:
                self.replaced[place] = implied
                self.disputes.append(Dispute(place, implied, kept=True))
            return
        members = self._tied_to(place)
        others = [group for group in self.tied if set(group).isdisjoint(members)]
        if not contradicts and others == self.tied:
            return
        fits = self._may_fit(place, implied) and self.adjusted(members) is not None
        if contradicts or not fits:
            self.disputes.append(Dispute(place, implied, fits))
        if fits:
            self.tied = [*others, members]
        else:
            self.kept.remove(place)

    def _may_fit(self, place: int, implied: float) -> bool:
        """Whether rounding can explain the difference between a total and its implied value."""
        reach = self.rounding[place] + np.abs(self._share(place)) @ self.rounding[self.independent]
        return bool(abs(self.values[place] - implied) <= reach * (1 + EXACT))

    def adjusted(self, members: list[int]) -> Array | None:
        """Consistent values with the smallest largest change; None if rounding is not enough."""
        given, reach = self.values[members], self.rounding[members]
        left, singular, _ = np.linalg.svd(self.weights[members])
        rank = int((singular > _NULL * singular[0]).sum())
        ties = left[:, rank:].T * reach  # null combinations, in units of the rounding
        missing = -left[:, rank:].T @ given
        length = np.linalg.norm(ties, axis=1)
        size = len(members)
        bounds = np.vstack([np.eye(size), -np.eye(size)])
        found = scipy.optimize.linprog(
            c=np.r_[np.zeros(size), 1.0],
            A_ub=np.hstack([bounds, -np.ones((2 * size, 1))]),
            b_ub=np.zeros(2 * size),
            A_eq=np.hstack([ties / length[:, None], np.zeros((len(ties), 1))]),
            b_eq=missing / length,
            bounds=[(None, None)] * size + [(0, 1)],
        )
        return np.asarray(given + reach * found.x[:size]) if found.success else None

    def _tied_to(self, place: int) -> list[int]:
        """Kept totals connected with a total through the totals they follow from."""
        base = set(self.independent)
        left = [self._followed(total) | {total} for total in self.kept if total not in base]
        tied = self._followed(place) | {place}
        while near := [group for group in left if not tied.isdisjoint(group)]:
            left = [group for group in left if tied.isdisjoint(group)]
            tied = tied.union(*near)
        return sorted(tied)

    def _followed(self, place: int) -> frozenset[int]:
        """The independent totals that a total follows from; later totals do not change them."""
        if place not in self._rests_on:
            share = self._share(place)
            self._rests_on[place] = frozenset(
                total
                for total, part in zip(self.independent, share, strict=True)
                if abs(part) > _NULL
            )
        return self._rests_on[place]

    def _share(self, place: int) -> Array:
        """Coefficients of the independent totals in a total that follows from them."""
        base = self.weights[self.independent]
        return np.asarray(np.linalg.lstsq(base.T, self.weights[place], rcond=None)[0])
