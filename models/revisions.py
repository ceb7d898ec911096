"""The usual revision of a first estimate, learned per KPI from its vintages.

Ours: the relative revision of a month (restated ÷ first estimate − 1) has a
bias and a spread of its own per KPI; with few revisions both are shrunk
towards the family's. To limit outliers, revisions are first clipped at
`CLIP` robust spreads from their median.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

FAMILY_WEIGHT = 12  # weight of the family's bias and spread, in revisions
CLIP = 5.0
RECENT = 60  # changes of growth that determine the spread of a month ahead
FEWEST = 12  # with fewer changes, `USUAL` is used
USUAL = 0.2
WIDEST = 1.0
_NORMAL_MAD = 1.4826  # standard deviation of a normal ÷ its median absolute deviation
_TAIL = 5  # degrees of freedom of the drawn revisions


@dataclass(frozen=True)
class Revision:
    """The usual revision of a KPI's first estimate.

    Attributes
    ----------
    bias : mean relative revision; 0.02 means first estimates are 2 % low
    spread : standard deviation of the relative revision
    seen : number of revisions of the KPI itself
    """

    bias: float
    spread: float
    seen: int


NO_REVISION = Revision(bias=0.0, spread=0.0, seen=0)


def of_unfinished_month(
    revision: Revision, unfinished: float, months: NDArray[np.float64]
) -> Revision:
    """The revision of an estimate published while part of its month was still to come.

    Parameters
    ----------
    revision : the KPI's usual one
    unfinished : share of the month still to come, 0 to 1
    months : array, shape (n_months,), the KPI's months up to the estimate; NaN is a gap

    Returns
    -------
    Revision, at least as wide as the forecast of that share of a month

    Notes
    -----
    Ours. The spread is the share × the spread of a month ahead, which is that of the
    month-to-month change in growth on the same month of last year (robust, over the last
    `RECENT` changes; `USUAL` with fewer than `FEWEST`). The usual revision is not added:
    for a KPI whose estimates always come within the month it already includes that part.
    """
    if unfinished <= 0:
        return revision
    spread = unfinished * month_ahead_spread(months)
    return replace(revision, spread=max(revision.spread, spread))


def month_ahead_spread(months: NDArray[np.float64]) -> float:
    """Relative spread of a month around last year's month × recent growth."""
    earlier = np.asarray(months[:-1], dtype=float)
    usable = np.where(earlier > 0, earlier, np.nan)
    growth = np.log(usable[12:] / usable[:-12])
    changes = np.diff(growth)
    changes = changes[np.isfinite(changes)][-RECENT:]
    if changes.size < FEWEST:
        return USUAL
    return min(_robust(changes)[1], WIDEST)


def learn_revisions(history: Mapping[str, NDArray[np.float64]]) -> dict[str, Revision]:
    """Bias and spread per KPI, shrunk towards the family's.

    Parameters
    ----------
    history : per KPI the relative revisions seen, shape (n,), no unit; NaN ignored

    Returns
    -------
    dict, one `Revision` per KPI of `history`; all zero where no KPI has any
    """
    seen = {kpi: values[np.isfinite(values)] for kpi, values in history.items()}
    pooled = np.concatenate([np.empty(0), *(seen[kpi] for kpi in sorted(seen))])
    if pooled.size == 0:
        return dict.fromkeys(history, NO_REVISION)
    centre, spread = _robust(pooled)
    learned = {}
    for kpi, values in seen.items():
        middle, width = _robust(values) if values.size else (centre, spread)
        reach = CLIP * max(width, spread)
        own = np.clip(values, middle - reach, middle + reach)
        weight = FAMILY_WEIGHT + own.size
        bias = (FAMILY_WEIGHT * centre + own.sum()) / weight
        variance = (FAMILY_WEIGHT * spread**2 + ((own - bias) ** 2).sum()) / weight
        learned[kpi] = Revision(float(bias), float(np.sqrt(variance)), int(own.size))
    return learned


def _robust(values: NDArray[np.float64]) -> tuple[float, float]:
    """Median and spread from the median absolute deviation."""
    centre = float(np.median(values))
    return centre, _NORMAL_MAD * float(np.median(np.abs(values - centre)))


def draw_revisions(
    estimate: float, revision: Revision, n_paths: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """What to add to a first estimate on each path.

    Parameters
    ----------
    estimate : the month's first estimate, in the KPI's unit
    revision : from `learn_revisions`

    Returns
    -------
    array, shape (n_paths,), in the KPI's unit; Student-t with 5 degrees of
    freedom, scaled to `revision.spread`
    """
    scale = revision.spread * np.sqrt((_TAIL - 2) / _TAIL)
    return np.asarray(
        estimate * (revision.bias + scale * rng.standard_t(_TAIL, size=n_paths)), dtype=float
    )
