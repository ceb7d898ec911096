"""Joint probability of a plan's targets, from the paths of its KPIs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from models.coherence import chance_of_meeting
from service.projections.issue import Issued
from service.projections.view import JointProbability, ProjectionView


def joint_probability(issued: Sequence[Issued]) -> JointProbability | None:
    """Probability that all assigned targets are met, and that at least k of them are.

    Parameters
    ----------
    issued : the projections of a plan's KPIs for one day, with paths in the family's
        joint order

    Returns
    -------
    JointProbability, or None if no assigned target has a probability
    """
    paths = [one.met for one in issued if one.met is not None]
    settled = [one.view.probability == 1.0 for one in issued if _settled(one)]
    length = len(paths[0]) if paths else 1
    met = [*paths, *(np.full(length, outcome) for outcome in settled)]
    if not met:
        return None
    chances = tuple(round(value, 10) for value in chance_of_meeting(met))
    lacking = [
        one.view.kpi
        for one in issued
        if one.met is None and not _settled(one) and _has_assigned(one.view)
    ]
    return JointProbability(
        targets=len(met), all=chances[-1], at_least=chances, without=tuple(lacking)
    )


def _settled(one: Issued) -> bool:
    """Whether its target is settled by its months, without any paths."""
    return one.met is None and one.view.projected is None and one.view.probability is not None


def sure_of(joint: JointProbability, level: float) -> int:
    """The largest number of targets of which at least so many are met with that probability."""
    return max(k for k, chance in enumerate(joint.at_least) if k == 0 or chance >= level)


def _has_assigned(projection: ProjectionView) -> bool:
    return any(target.level == "assigned" for target in projection.targets)
