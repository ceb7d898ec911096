"""What projects add to a year: a plant that starts, stops or ramps up, with delays drawn.

Ours. A project's stated output is added to the months to come of every path. On each path
it is on time with the stated probability, else late by a drawn number of months: geometric
from 1 on (memoryless, so long delays are rare but not excluded), with the stated mean.

The history already holds a part of a project whose first month is over: that part is not
added again. Of a project whose share was s in the last month known, a later month gets only
what its share exceeds s, so that a ramp adds its remainder and a project in full effect
nothing. A project whose first month is over is taken to have begun on time; who knows
better enters its later first month.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.annual import AnnualDistribution
from models.paths import Paths, generator
from models.series import Month

Happening = Literal["starts", "stops", "ramps_up"]


@dataclass(frozen=True)
class Project:
    """What changes a KPI's months from a month on.

    Attributes
    ----------
    number : of the project in the family's register
    kpi : slug of the KPI that it moves
    name_vi, name_en : shown
    happening : 'starts' and 'stops' at once, 'ramps_up' linearly over `ramp` months
    start : first month with an effect, if on time
    ramp : months until it is in full effect, 1 for at once
    amount : what it adds to a month in full effect, in the KPI's unit; below zero takes away
    on_time : probability of no delay, 0 to 1
    delay : mean months of a delay, at least 1
    """

    number: int
    kpi: str
    name_vi: str
    name_en: str
    happening: Happening
    start: Month
    ramp: int
    amount: float
    on_time: float
    delay: float


@dataclass(frozen=True)
class Added:
    """What a project adds to a year.

    Attributes
    ----------
    mean, low, high : expected addition and its central 80 %, in the KPI's unit
    """

    project: Project
    mean: float
    low: float
    high: float


def with_projects(
    annual: AnnualDistribution, projects: Sequence[Project], family: str, seed: str
) -> tuple[AnnualDistribution, tuple[Added, ...]]:
    """The year with its projects, and what each adds.

    Parameters
    ----------
    annual : of a kind whose months add up, calibrated and in the family's joint order
    projects : accepted ones, of this KPI or of its parts
    family, seed : seed the delays with the project's number, so that neither another
        project nor another KPI changes them, and a total takes the delays of its parts

    Returns
    -------
    the same paths, moved; one `Added` per project that still adds something this year

    Notes
    -----
    If no month of the history is below zero, no month is taken below zero; counts stay
    whole numbers.
    """
    months, added = annual.months, []
    for project in sorted(projects, key=lambda one: one.number):
        effect = addition(project, annual, generator(family, seed, "project", str(project.number)))
        if not effect.any():
            continue
        months = months + effect
        year = effect.sum(axis=1)
        low, high = (float(level) for level in np.quantile(year, (0.1, 0.9)))
        added.append(Added(project, float(year.mean()), low, high))
    if not added:
        return annual, ()
    if annual.non_negative:
        months = np.maximum(months, 0.0)
    if annual.traits.whole_numbers:
        months = np.rint(months)
    return replace(annual, months=months), tuple(added)


def addition(project: Project, annual: AnnualDistribution, rng: np.random.Generator) -> Paths:
    """What a project adds to the months to come, shape of `annual.months`, in their unit."""
    n_paths, horizon = annual.months.shape
    cutoff = Month(annual.year, 1).plus(annual.months_known - 1)
    late = rng.random(n_paths) >= project.on_time
    delays = np.where(late, rng.geometric(1.0 / project.delay, n_paths), 0)
    if project.start <= cutoff:
        delays = np.zeros(n_paths, dtype=int)
    first = cutoff.ordinal + 1 - project.start.ordinal  # months since the start, next month
    since = first + np.arange(horizon)[None, :] - delays[:, None]
    held = share(np.array(first - 1), project.ramp)
    return np.asarray(project.amount * (share(since, project.ramp) - held), dtype=float)


def share(since: NDArray[np.int_], ramp: int) -> NDArray[np.float64]:
    """The share of the full effect, 0 to 1, so many months after the first month.

    Examples
    --------
    >>> share(np.array([-1, 0, 1, 2, 3]), 3).round(2).tolist()
    [0.0, 0.33, 0.67, 1.0, 1.0]
    """
    return np.clip((since + 1) / ramp, 0.0, 1.0)
