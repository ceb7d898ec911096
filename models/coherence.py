"""What several KPIs do together: one copula per family and vintage.

Ours. Past forecast errors tell which KPIs err together. Every origin of the
backtest (a year and the months then known) is given one standard normal draw
per path, shared by the whole family; a KPI's score on a path is the sum of
those draws weighted by the KPI's own standardised errors at these origins.
Scores of two KPIs are then jointly normal, and their correlation is the
correlation of the two KPIs' past errors (the cosine of the error vectors): a
Gaussian copula drawn without ever forming a correlation matrix. Because a
KPI's scores depend on its own errors and on the shared draws alone, adding a
KPI changes no other KPI's numbers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Origin(NamedTuple):
    """One rolling origin: the year forecast and the months of it then known."""

    year: int
    months_known: int


def copula_scores(
    family: str,
    vintage: str,
    kpi: str,
    errors: Mapping[Origin, float],
    n_paths: int,
) -> NDArray[np.float64]:
    """Standard normal scores of one KPI on the family's shared draws.

    Parameters
    ----------
    family, vintage : what the shared draws are seeded by
    kpi : seeds the draws of a KPI that has no past errors: it moves on its own
    errors : standardised errors of the annual total at past origins, no unit
    n_paths : number of paths

    Returns
    -------
    array, shape (n_paths,), standard normal
    """
    weights = {origin: error for origin, error in errors.items() if error}
    norm = float(np.sqrt(sum(error**2 for error in weights.values())))
    if norm == 0.0:
        return _draws(n_paths, family, vintage, "alone", kpi)
    scores = np.zeros(n_paths)
    for origin in sorted(weights):
        shared = _draws(n_paths, family, vintage, "origin", *map(str, origin))
        scores += weights[origin] / norm * shared
    return scores


def reorder(outcomes: NDArray[np.float64], scores: NDArray[np.float64]) -> NDArray[np.intp]:
    """Which path to take for each place, so that outcomes rank as the scores do.

    Parameters
    ----------
    outcomes : array, shape (n_paths,), a KPI's annual outcomes in its own order
    scores : array, shape (n_paths,), from `copula_scores`

    Returns
    -------
    array of int, shape (n_paths,): `outcomes[result]` holds the same values,
    and `months[result]` the months that go with them

    References
    ----------
    Iman and Conover (1982), Communications in Statistics B11(3).
    """
    order = np.empty(len(outcomes), dtype=np.intp)
    order[np.argsort(scores, kind="stable")] = np.argsort(outcomes, kind="stable")
    return order


def chance_of_meeting(met: Sequence[NDArray[np.bool_]]) -> tuple[float, ...]:
    """Probabilities that at least 0, 1, … all of the targets are met together.

    Parameters
    ----------
    met : one array per target, shape (n_paths,), in the joint order

    Returns
    -------
    tuple, length len(met) + 1; entry k is P(at least k targets are met), the
    last one P(all)
    """
    counts = np.sum(np.asarray(met, dtype=int), axis=0) if met else np.zeros(1, dtype=int)
    return tuple(float(np.mean(counts >= k)) for k in range(len(met) + 1))


def _draws(n_paths: int, *names: str) -> NDArray[np.float64]:
    digest = hashlib.sha256("\x1f".join(names).encode()).digest()
    return np.random.default_rng(list(digest)).standard_normal(n_paths)
