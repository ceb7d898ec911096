"""How a projected year stands to a target: probability, gap, required pace, status."""

from __future__ import annotations

from dataclasses import dataclass

from models.annual import AnnualDistribution
from models.pace import RequiredPace
from models.series import Series
from models.target import Status, Target


@dataclass(frozen=True)
class Thresholds:
    """Probabilities from which a target is `on_track`, and `at_risk`."""

    on_track: float = 0.8
    at_risk: float = 0.4


DEFAULT_THRESHOLDS = Thresholds()


@dataclass(frozen=True)
class Attainment:
    """How the year stands to one target.

    Attributes
    ----------
    target : Target
    lower_value, upper_value : the bounds as outcomes of the year, in the KPI's
        unit; for a growth target on a base that differs by path, their mean
    probability : P(met); None where there is no basis (base unknown)
    exceeded : P(above the upper bound of a desirable range); None without one
    status : Status
    expected_gap : projected mean − the bound that decides, in the KPI's unit
    required : the pace that just meets the target; None when nothing is left to do
    provisional : the figures to date are estimates, not final
    """

    target: Target
    lower_value: float | None
    upper_value: float | None
    probability: float | None
    exceeded: float | None
    status: Status
    expected_gap: float | None
    required: RequiredPace | None
    provisional: bool


def attainment(
    annual: AnnualDistribution,
    target: Target,
    series: Series,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
) -> Attainment:
    """Probability and status of one target.

    A target 'at_least' is met at or above its lower bound, 'at_most' at or
    below its upper bound. 'about' and 'between' are desirable ranges, as plans
    mean them ("up 4 to 5 %"): met at or above the lower bound, exceeded (and
    still met) above the upper one; P(inside) is probability − exceeded.
    """
    raise NotImplementedError
