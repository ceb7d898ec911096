"""Plans that are published only through percentages.

A monthly report prints the spending of a body to date, and the per cent of its annual
plan: cumulative ÷ percentage is the plan in force.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from data.vintages.figures import half_digit
from data.vintages.observation import Observation
from models.series import Month

DECIMALS = 3  # of an implied plan, as amounts are printed to a thousandth of their unit
_EXACT = 1e-7  # relative error of a percentage printed with all its digits


@dataclass(frozen=True)
class ImpliedPlan:
    """The annual plan of a KPI that a report implies.

    Attributes
    ----------
    kpi : slug
    month : the last month of the cumulative figure
    published : the day of the report
    value : the plan, in the KPI's unit
    low, high : the range of the plan, given the rounding of the percentage
    cumulative : January through `month`, in the KPI's unit
    share : `cumulative` in per cent of the plan, as printed
    source : of the percentage
    """

    kpi: str
    month: Month
    published: date
    value: float
    low: float
    high: float
    cumulative: float
    share: float
    source: str

    def allows(self, plan: float) -> bool:
        """Whether a plan value is consistent with the printed figures."""
        return self.low <= plan <= self.high


def implied_plans(observations: Iterable[Observation], year: int) -> tuple[ImpliedPlan, ...]:
    """The plan behind each printed share of plan of a year.

    Parameters
    ----------
    observations : of one or many KPIs; only figures published on the same day are combined
    year : int, the plan's year

    Returns
    -------
    tuple of ImpliedPlan, by day of publication and KPI; a share without a
    cumulative figure of the same month and day, or of zero, implies nothing.
    In January the month itself is the cumulative figure.
    """
    cumulative: dict[tuple[str, Month, date], float] = {}
    shares: list[Observation] = []
    for figure in observations:
        key = (figure.kpi, figure.month, figure.published)
        if figure.month.year != year:
            continue
        if figure.form == "year_to_date":
            cumulative[key] = figure.value
        elif figure.form == "month" and figure.month.month == 1:
            cumulative.setdefault(key, figure.value)
        elif figure.form == "share_of_plan":
            shares.append(figure)
    plans = []
    for share in shares:
        spent = cumulative.get((share.kpi, share.month, share.published))
        if spent is None or spent <= 0 or share.value <= 0:
            continue
        error = _rounding(share.value)
        plans.append(
            ImpliedPlan(
                kpi=share.kpi,
                month=share.month,
                published=share.published,
                value=round(spent / share.value * 100, DECIMALS),
                low=round(spent / (share.value + error) * 100 - 10**-DECIMALS, DECIMALS),
                high=round(spent / (share.value - error) * 100 + 10**-DECIMALS, DECIMALS),
                cumulative=spent,
                share=share.value,
                source=share.source,
            )
        )
    return tuple(sorted(plans, key=lambda plan: (plan.published, plan.kpi)))


def _rounding(share: float) -> float:
    """Half a unit of the last digit printed, at least the floating-point error."""
    return max(min(half_digit(share), share / 2), share * _EXACT)
