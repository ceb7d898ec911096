"""Totals that speak of the same months: which of them can hold together.

Printed figures repeat and contradict each other: a cumulative figure is rounded,
a quarter was revised without its months, a rate implies a base that was printed
otherwise. Ours, and plain: totals are taken in the order of trust. One that
follows from those before it must agree with them. Where it does not, it takes
their value if its own rounding allows; else all totals tied to it are moved as
little as possible within their rounding (the largest move, as a share of its
rounding, is the least); and where that is not enough it is set aside. Every such
case is told.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import scipy
from numpy.typing import NDArray

Array = NDArray[np.float64]

EXACT = 1e-9  # relative; totals that differ by less are the same
_NULL = 1e-9  # of a row's length; what is left of one that follows from others


@dataclass(frozen=True)
class Dispute:
    """A total that contradicts those trusted more.

    Attributes
    ----------
    total : its place in the list given
    implied : what the others make of it, in its unit
    kept : it is met within its rounding; otherwise it is set aside
    """

    total: int
    implied: float
    kept: bool


@dataclass(frozen=True, eq=False)
class Agreement:
    """Totals that hold together.

    Attributes
    ----------
    values : array, shape (n_totals,); as given, moved within the rounding where
        disputed, NaN where set aside
    independent : places of those that say all that the kept ones say
    disputes : in the order given
    """

    values: Array
    independent: tuple[int, ...]
    disputes: tuple[Dispute, ...]


def agree(weights: Array, values: Array, rounding: Array) -> Agreement:
    """Make totals hold together.

    Parameters
    ----------
    weights : array, shape (n_totals, n_months); total i is `weights[i] @ months`
    values : array, shape (n_totals,), as printed, the most trusted first
    rounding : array, shape (n_totals,), half a unit of the last digit printed

    Returns
    -------
    Agreement; a total in no contradiction keeps its value to the last digit
    """
    found = _Agreed(weights, values, rounding)
    for place in range(len(values)):
        found.add(place)
    met = np.full(len(values), np.nan)
    met[found.kept] = values[found.kept]
    for place, implied in found.moved.items():
        met[place] = implied
    for members in found.tied:
        bent = found.bent(members)
        if bent is not None:  # as it was when the last of them was kept
            met[members] = bent
    return Agreement(met, tuple(found.independent), tuple(found.disputes))


@dataclass
class _Agreed:
    """Totals taken so far, and an orthonormal basis of what they say."""

    weights: Array
    values: Array
    rounding: Array
    kept: list[int] = field(default_factory=list)
    independent: list[int] = field(default_factory=list)
    disputes: list[Dispute] = field(default_factory=list)
    moved: dict[int, float] = field(default_factory=dict)  # alone, within their own rounding
    tied: list[list[int]] = field(default_factory=list)  # those that have to move together

    def __post_init__(self) -> None:
        self._basis = np.empty((0, self.weights.shape[1]))
        self._known = np.empty(0)  # what each vector of the basis amounts to
        self._rests_on: dict[int, frozenset[int]] = {}

    def add(self, place: int) -> None:
        """Take one more total, or set it aside."""
        row, value = self.weights[place], float(self.values[place])
        length = float(np.linalg.norm(row))
        share = self._basis @ row
        left = row - share @ self._basis
        again = self._basis @ left  # once more, against rounding errors
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
                self.moved[place] = implied
                self.disputes.append(Dispute(place, implied, kept=True))
            return
        members = self._tied_to(place)
        others = [group for group in self.tied if set(group).isdisjoint(members)]
        if not contradicts and others == self.tied:
            return
        fits = self._may_fit(place, implied) and self.bent(members) is not None
        if contradicts or not fits:
            self.disputes.append(Dispute(place, implied, fits))
        if fits:
            self.tied = [*others, members]
        else:
            self.kept.remove(place)

    def _may_fit(self, place: int, implied: float) -> bool:
        """Whether rounding alone can part a total so far from what the others make of it."""
        reach = self.rounding[place] + np.abs(self._share(place)) @ self.rounding[self.independent]
        return bool(abs(self.values[place] - implied) <= reach * (1 + EXACT))

    def bent(self, members: list[int]) -> Array | None:
        """Values at which the members agree, the largest move the least; None beyond rounding."""
        given, reach = self.values[members], self.rounding[members]
        left, singular, _ = np.linalg.svd(self.weights[members])
        rank = int((singular > _NULL * singular[0]).sum())
        ties = left[:, rank:].T * reach  # what cancels in all months, in units of the rounding
        missing = -left[:, rank:].T @ given
        length = np.linalg.norm(ties, axis=1)
        size = len(members)
        moves = np.vstack([np.eye(size), -np.eye(size)])
        found = scipy.optimize.linprog(
            c=np.r_[np.zeros(size), 1.0],
            A_ub=np.hstack([moves, -np.ones((2 * size, 1))]),
            b_ub=np.zeros(2 * size),
            A_eq=np.hstack([ties / length[:, None], np.zeros((len(ties), 1))]),
            b_eq=missing / length,
            bounds=[(None, None)] * size + [(0, 1)],
        )
        return np.asarray(given + reach * found.x[:size]) if found.success else None

    def _tied_to(self, place: int) -> list[int]:
        """Kept totals that one can come to from a total by way of others they follow from."""
        base = set(self.independent)
        left = [self._followed(one) | {one} for one in self.kept if one not in base]
        tied = self._followed(place) | {place}
        while near := [one for one in left if not tied.isdisjoint(one)]:
            left = [one for one in left if tied.isdisjoint(one)]
            tied = tied.union(*near)
        return sorted(tied)

    def _followed(self, place: int) -> frozenset[int]:
        """The independent totals that one follows from; later ones change nothing of it."""
        if place not in self._rests_on:
            share = self._share(place)
            self._rests_on[place] = frozenset(
                one for one, part in zip(self.independent, share, strict=True) if abs(part) > _NULL
            )
        return self._rests_on[place]

    def _share(self, place: int) -> Array:
        """How much of each independent total makes up one that follows from them."""
        base = self.weights[self.independent]
        return np.asarray(np.linalg.lstsq(base.T, self.weights[place], rcond=None)[0])
