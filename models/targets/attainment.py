"""Attainment of a target by a projected year: probability, gap, required pace, status."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.annual import AnnualDistribution, BaseStatus
from models.errors import InvalidTarget
from models.series import Series
from models.targets.periods import WHOLE_YEAR, over_period, period_of
from models.targets.required_pace import RequiredPace, required_pace
from models.targets.target import Remark, Status, Target
from models.year_months import months_known

PeriodOutcome = Literal["met", "missed", "open"]
_ROUNDING = 1e-9  # relative tolerance of a bound


@dataclass(frozen=True)
class Thresholds:
    """Probabilities from which a target is `on_track`, and `at_risk`; settings of a plan.

    `behind` is the distance in percentage points of the plan from which a report calls a
    target behind its pace.

    Raises
    ------
    InvalidTarget
        If they are not 0 < at_risk < on_track < 1 and 0 < behind < 100.
    """

    on_track: float = 0.8
    at_risk: float = 0.4
    behind: float = 5.0

    def __post_init__(self) -> None:
        if not 0 < self.at_risk < self.on_track < 1:
            raise InvalidTarget(
                "thresholds: expected probabilities 0 < at_risk < on_track < 1, found "
                f"at_risk {self.at_risk:g} and on_track {self.on_track:g}."
            )
        if not 0 < self.behind < 100:
            raise InvalidTarget(
                f"thresholds: expected behind of 0 to 100 percentage points, found {self.behind:g}"
            )


DEFAULT_THRESHOLDS = Thresholds()


@dataclass(frozen=True)
class Attainment:
    """Attainment of a target.

    Attributes
    ----------
    target : Target
    lower_value, upper_value : the bounds as outcomes of the target's period, in the
        KPI's unit; for a growth target with a base that differs by path, their mean
    base, base_status : base of a growth target's bounds as of the vintage, in the KPI's
        unit (median of the paths); None for an absolute target
    actual : the outcome, once the target's period is over
    probability : P(met); None without a basis
    exceeded : P(above the upper bound of a desirable range); None without such a range
    status : Status
    expected_gap : projected mean − the bound that decides, in the KPI's unit
    required : the pace that just meets the target; None if nothing is left to do
    provisional : the figures to date are not final
    reason : why there is no basis
    met : array of bool, shape (n_paths,), whether each path meets the target; None
        without a basis
    """

    target: Target
    lower_value: float | None
    upper_value: float | None
    base: float | None
    base_status: BaseStatus | None
    actual: float | None
    probability: float | None
    exceeded: float | None
    status: Status
    expected_gap: float | None
    required: RequiredPace | None
    provisional: bool
    reason: Remark | None = None
    met: NDArray[np.bool_] | None = field(default=None, compare=False, repr=False)

    @property
    def period_outcome(self) -> PeriodOutcome:
        """Whether the target is finally met, finally missed, or open."""
        if self.status == "achieved":
            return "met"
        return "missed" if self.status == "missed" else "open"


def attainment(
    annual: AnnualDistribution,
    target: Target,
    series: Series,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
) -> Attainment:
    """Attainment of a target of the year or of a part of it.

    Parameters
    ----------
    annual : AnnualDistribution, of the whole year
    target : Target; a period that is not whole months gets status 'no_basis', since
        monthly figures do not cover it
    series : gives the months of a part of the year, and the history that ranks the
        required pace
    thresholds : of the statuses
    """
    try:
        months = period_of(target.period, annual.year).months
    except InvalidTarget:
        months = None
    if months is None:
        reason = Remark("period_not_months", {"period": target.period})
        return no_basis(target, reason, provisional=annual.data_status != "final")
    return attainment_over(over_period(annual, series, *months), target, series, thresholds)


def attainment_over(
    annual: AnnualDistribution,
    target: Target,
    series: Series | None = None,
    thresholds: Thresholds = DEFAULT_THRESHOLDS,
) -> Attainment:
    """Attainment of a target by an outcome of the same period.

    Parameters
    ----------
    annual : of the target's period
    target : Target
    series : the history that ranks the required pace, or None
    thresholds : of the statuses

    Notes
    -----
    'at_least' is met at or above its lower bound, 'at_most' at or below its
    upper bound. 'about' and 'between' are desirable ranges, as plans mean them
    ("up 4 to 5 %"): met at or above the lower bound; above the upper bound they are
    exceeded and still met; P(inside) is probability − exceeded. The upper bound decides
    for 'at_most', else the lower bound.

    A growth target's bounds are last year's outcome × (1 + growth) path by path;
    for kind 'growth' the outcome itself is the growth, whatever the form.

    Status is 'achieved' or 'missed' only if no future path can change it: the period is
    over, or no month is ever below zero and the months known already reach a lower
    bound or exceed an upper bound. A series that may be negative is settled at the end
    of the period. `provisional` flags results based on estimates.
    """
    lower, upper = _bound(annual, target, target.lower), _bound(annual, target, target.upper)
    deciding = upper if target.comparator == "at_most" else lower
    if deciding is None or not np.isfinite(deciding).all():
        known = bool(np.isfinite(annual.base).all())
        values = {"year": str(annual.year - 1)}
        reason = Remark("base_not_positive", values) if known else Remark("base_unknown", values)
        return no_basis(target, reason, provisional=annual.data_status != "final")
    samples = annual.samples
    if target.comparator == "at_most":
        met = _at_most(samples, deciding)
    else:
        met = _at_least(samples, deciding)
    range_top = upper if target.comparator in ("about", "between") else None
    probability = float(met.mean())
    status = _status(annual, target, deciding, probability, thresholds)
    on_base = target.form == "growth" and not annual.traits.outcome_is_rate
    open_still = status not in ("achieved", "missed")
    return Attainment(
        target=target,
        lower_value=None if lower is None else float(lower.mean()),
        upper_value=None if upper is None else float(upper.mean()),
        base=float(np.median(annual.base)) if on_base else None,
        base_status=annual.base_status if on_base else None,
        actual=annual.shown_median if annual.settled else None,
        probability=probability,
        exceeded=None if range_top is None else float(1.0 - _at_most(samples, range_top).mean()),
        status=status,
        expected_gap=annual.mean - float(deciding.mean()),
        required=required_pace(annual, float(deciding.mean()), series) if open_still else None,
        provisional=annual.data_status != "final",
        met=met,
    )


def no_basis(target: Target, reason: Remark, *, provisional: bool = True) -> Attainment:
    """Attainment without a probability, and the reason."""
    return Attainment(
        target=target,
        lower_value=target.lower if target.form == "absolute" else None,
        upper_value=target.upper if target.form == "absolute" else None,
        base=None,
        base_status=None,
        actual=None,
        probability=None,
        exceeded=None,
        status="no_basis",
        expected_gap=None,
        required=None,
        provisional=provisional,
        reason=reason,
    )


def settled_by(target: Target, series: Series, year: int) -> Attainment | None:
    """A target of the year that the months known have settled, whatever comes; else None.

    Of a series that only grows while no month is below zero; a missing month adds nothing.
    """
    values = series.values[np.isfinite(series.values)]
    only_grows = series.traits.only_grows and series.traits.adds_up and (values >= 0).all()
    whole = target.period == WHOLE_YEAR and target.form == "absolute"
    at_most = target.comparator == "at_most"
    bound = target.upper if at_most else target.lower
    if not (only_grows and whole) or bound is None or months_known(series, year) == 0:
        return None
    sure = float(np.nansum(series.calendar_year(year)))
    if year == series.year and series.to_date is not None:
        sure = series.to_date
    if year == series.year and series.nowcast is not None:
        sure = series.floor or 0.0
    reached, limit = np.array([sure]), np.array([bound])
    status: Status
    if at_most and not _at_most(reached, limit).any():
        status, probability = "missed", 0.0
    elif not at_most and _at_least(reached, limit).all():
        status, probability = "achieved", 1.0
    else:
        return None
    open_ = no_basis(target, Remark(""), provisional=series.provisional)
    return replace(open_, probability=probability, status=status, reason=None)


def _bound(
    annual: AnnualDistribution, target: Target, bound: float | None
) -> NDArray[np.float64] | None:
    """A bound as an outcome of the period on every path, shape (n_paths,)."""
    if bound is None:
        return None
    if target.form == "absolute" or annual.traits.outcome_is_rate:
        return np.full(len(annual.known), bound)
    base = np.where(annual.base > 0, annual.base, np.nan)
    return np.asarray(base * (1 + bound / 100), dtype=float)


def _at_least(values: NDArray[np.float64], bound: NDArray[np.float64]) -> NDArray[np.bool_]:
    return values >= bound - _ROUNDING * np.abs(bound)


def _at_most(values: NDArray[np.float64], bound: NDArray[np.float64]) -> NDArray[np.bool_]:
    return values <= bound + _ROUNDING * np.abs(bound)


def _status(
    annual: AnnualDistribution,
    target: Target,
    deciding: NDArray[np.float64],
    probability: float,
    thresholds: Thresholds,
) -> Status:
    if annual.settled and probability in (0.0, 1.0):
        return "achieved" if probability == 1.0 else "missed"
    only_grows = annual.non_negative and annual.traits.only_grows
    if only_grows and target.comparator == "at_most":
        if not _at_most(annual.sure, deciding).any():
            return "missed"
    elif only_grows and _at_least(annual.sure, deciding).all():
        return "achieved"
    if probability >= thresholds.on_track:
        return "on_track"
    return "at_risk" if probability >= thresholds.at_risk else "off_track"
