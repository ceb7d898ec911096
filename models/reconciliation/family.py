"""The reconciled family: years of totals and parts that agree on every path."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set

import numpy as np

from models.annual import AnnualDistribution
from models.calibration import with_rest
from models.coherence import joint
from models.reconciliation.minimum_trace import Array, Constraints, reconciled
from models.reconciliation.relations import Breakdown, Relations

_NORMAL_80 = 2.5631031310892007  # width of a normal's central 80 % in standard deviations


class Sums:
    """Every KPI of a family as a sum of those that are forecast.

    Attributes
    ----------
    names : KPIs that are forecast, in order
    rows : KPI → array, shape (n_names,): its value is `rows[kpi] @ values`. A total that is
        forecast itself is one of the names
    broken_down : KPI → the same, for totals that are forecast themselves: the sum of the parts
        of each of their breakdowns
    members : (total, its parts), of all breakdowns whose parts are known
    contains : as in `Relations`, of known KPIs
    """

    def __init__(
        self, names: tuple[str, ...], summed: Mapping[str, Breakdown], relations: Relations
    ) -> None:
        self.names = names
        unit = np.eye(len(names))
        self.rows: dict[str, Array] = {name: unit[place] for place, name in enumerate(names)}
        waiting = dict(summed)
        while waiting:  # parts before their total
            ready = [one for one, parts in waiting.items() if self._known(parts)]
            if not ready:
                break
            for total in ready:
                self.rows[total] = self._sum(waiting.pop(total))
        self.members = self._of_known(relations.totals())
        self.contains = self._of_known(relations.contains)
        self.broken_down: dict[str, tuple[Array, ...]] = {
            name: own
            for name in names
            if (own := tuple(self._sum(parts) for total, parts in self.members if total == name))
        }

    @property
    def touched(self) -> tuple[str, ...]:
        """KPIs with a tie whose other ends have a forecast too."""
        ties = (*self.members, *self.contains)
        tied = {one for whole, others in ties for one in (whole, *others)}
        return tuple(one for one in self.rows if one in tied)

    def left_of(self, whole: str) -> tuple[Breakdown, ...]:
        """The sums of several KPIs that one contains, which leave a rest of it."""
        return tuple(parts for one, parts in self.contains if one == whole and len(parts) > 1)

    def constraints(self, floors: Array) -> Constraints:
        """The conditions on the values of `names`; `floors` says which have one."""
        return Constraints(
            self._differences(self.members), self._differences(self.contains), floors.astype(bool)
        )

    def ties(self, floors: Array) -> Constraints:
        """The same conditions on the values of `touched`, with those that define a total."""
        place = {one: at for at, one in enumerate(self.touched)}

        def rows(ties: Sequence[tuple[str, Breakdown]]) -> Array:
            found = np.zeros((len(ties), len(place)))
            for row, (whole, parts) in zip(found, ties, strict=True):
                row[place[whole]] = 1.0
                row[[place[part] for part in parts]] = -1.0
            return found

        return Constraints(rows(self.members), rows(self.contains), floors.astype(bool))

    def _differences(self, ties: Sequence[tuple[str, Breakdown]]) -> Array:
        """Wholes less their parts; those that are so by definition are left out."""
        found = [self.rows[whole] - self._sum(parts) for whole, parts in ties]
        return np.array([row for row in found if row.any()]).reshape(-1, len(self.names))

    def _of_known(
        self, ties: Iterable[tuple[str, Breakdown]]
    ) -> tuple[tuple[str, Breakdown], ...]:
        return tuple(
            (whole, parts) for whole, parts in ties if self._known(parts) and whole in self.rows
        )

    def _known(self, parts: Breakdown) -> bool:
        return all(part in self.rows for part in parts)

    def _sum(self, parts: Breakdown) -> Array:
        return np.asarray(np.sum([self.rows[part] for part in parts], axis=0), dtype=float)


def reconcile(
    years: Mapping[str, AnnualDistribution], sums: Sums, covariance: Array | None = None
) -> dict[str, AnnualDistribution]:
    """The years of `sums.names`, moved as little as their errors allow so that they agree.

    Parameters
    ----------
    years : calibrated and in the family's joint order, KPI → year
    sums : what is to agree
    covariance : array, shape (n_names, n_names), of the forecasts' errors; default their
        variances alone, those of the calibrated years

    Notes
    -----
    Only the months to come move: the year to date stays as printed, a year that is over does
    not move at all, and no rest of a year that may not be negative falls below zero.

    A total errs as the sum of its parts does, of which a few past errors in the copula know
    little. So its paths first take the order of its parts' sum. Without it, total and parts would
    be averaged as if they erred apart, and every interval would come out too narrow
    (`experiments/reconciliation`).
    """
    return nearest(in_order_of_parts(years, sums), sums, covariance=covariance)


def nearest(
    years: Mapping[str, AnnualDistribution],
    sums: Sums,
    held: Set[str] = frozenset(),
    covariance: Array | None = None,
) -> dict[str, AnnualDistribution]:
    """The same years in the same order, moved as little as possible so that they agree.

    Parameters
    ----------
    years, sums, covariance : as for `reconcile`
    held : KPIs that do not move; the others follow them
    """
    own = [years[name] for name in sums.names]
    floors = np.array([one.non_negative for one in own])
    given = sums.constraints(floors)
    if not len(given.sums) and not len(given.bounds):
        return dict(zip(sums.names, own, strict=True))
    free = np.array([name not in held for name in sums.names], dtype=float)
    weights = np.diag(spreads_of(own) ** 2) if covariance is None else covariance
    moved = reconciled(
        np.column_stack([one.samples for one in own]),
        np.column_stack([one.known for one in own]),
        weights * np.outer(free, free),
        given,
    )
    return {
        name: one if one.over or name in held else with_rest(one, moved[:, place] - one.known)
        for place, (name, one) in enumerate(zip(sums.names, own, strict=True))
    }


def in_order_of_parts(
    years: Mapping[str, AnnualDistribution], sums: Sums
) -> dict[str, AnnualDistribution]:
    """The same years; the paths of totals have the ranks of the sums of their parts.

    Of a total with several breakdowns, the ranks of all these sums together, so that nothing
    depends on which is declared first.
    """
    ordered: dict[str, AnnualDistribution] = {}

    def take(name: str) -> AnnualDistribution:
        if name not in ordered:
            ordered[name] = years[name]
            if name in sums.broken_down:
                row = np.sum(sums.broken_down[name], axis=0)  # of all its breakdowns
                terms = [(float(row[at]), take(sums.names[at])) for at in np.flatnonzero(row)]
                total = np.sum([times * part.samples for times, part in terms], axis=0)
                if np.ptp(total) > 0.0:
                    ordered[name] = joint(years[name], total)
        return ordered[name]

    return {name: take(name) for name in sums.names}


def spreads_of(years: Sequence[AnnualDistribution]) -> Array:
    """Normal-equivalent standard deviations of years, shape (n_years,); 0 for a year over."""
    return np.array([0.0 if one.over else _spread(one) for one in years])


def _spread(annual: AnnualDistribution) -> float:
    """Of a year without spread, tiny but not 0: it is open still."""
    low, high = annual.quantile([0.1, 0.9])
    return max(float(high - low) / _NORMAL_80, 1e-9 * max(abs(annual.median), 1.0))
