"""Plans that are published only through their percentages.

A monthly report prints what a body spent so far and which per cent of its
annual plan that is: cumulative ÷ percentage is the plan then in force. Plans
move within the year, so each move makes a new version of the plan document,
dated when the report was published.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from data.plans.plan import PlanVersion
from data.vintages.figures import half_digit
from data.vintages.observation import Observation
from models.series import Month
from models.targets.target import Target

DECIMALS = 3  # of an implied plan, as amounts are printed to a thousandth of their unit
_EXACT = 1e-7  # relative; what is left of a percentage printed with all its digits


@dataclass(frozen=True)
class ImpliedPlan:
    """The annual plan that one report implies for one KPI.

    Attributes
    ----------
    kpi : slug
    month : the last month of the cumulative figure
    published : the day the report became known
    value : the plan, in the KPI's unit
    low, high : what the plan may be, given how the percentage was rounded
    cumulative : January through `month`, in the KPI's unit
    share : `cumulative` in per cent of the plan, as printed
    source : where the percentage stands
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
        """Whether the printed figures are also those of another plan value."""
        return self.low <= plan <= self.high


@dataclass(frozen=True)
class DatedTarget:
    """A target, and the day and document that made it known."""

    day: date
    kpi: str
    target: Target
    document: str


def implied_plans(observations: Iterable[Observation], year: int) -> tuple[ImpliedPlan, ...]:
    """The plan behind each printed share of plan of a year.

    Parameters
    ----------
    observations : of one or many KPIs; only those published together are combined
    year : int, the plan's year

    Returns
    -------
    tuple of ImpliedPlan, by day of publication and KPI; a share without a
    cumulative figure of the same month and day, or of zero, implies nothing.
    In January the month itself is the cumulative figure.
    """
    cumulative: dict[tuple[str, Month, date], float] = {}
    shares: list[Observation] = []
    for one in observations:
        key = (one.kpi, one.month, one.published)
        if one.month.year != year:
            continue
        if one.form == "year_to_date":
            cumulative[key] = one.value
        elif one.form == "month" and one.month.month == 1:
            cumulative.setdefault(key, one.value)
        elif one.form == "share_of_plan":
            shares.append(one)
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
    """Half a unit of the last digit printed, at least what floating point leaves."""
    return max(min(half_digit(share), share / 2), share * _EXACT)


def implied_targets(
    observations: Iterable[Observation], year: int, units: Mapping[str, str]
) -> tuple[DatedTarget, ...]:
    """The implied plans as targets, each time a plan moved.

    A plan has moved when the one before lies outside what the printed figures
    allow; a difference that rounding explains is none.

    Parameters
    ----------
    observations : as `implied_plans`
    year : int
    units : the unit of each KPI, for the wording of the basis
    """
    latest: dict[str, float] = {}
    targets = []
    for plan in implied_plans(observations, year):
        before = latest.get(plan.kpi)
        if before is not None and plan.allows(before):
            continue
        latest[plan.kpi] = plan.value
        span = "January" if plan.month.month == 1 else f"January to {plan.month}"
        target = Target(
            comparator="at_least",
            lower=plan.value,
            basis=f"{span}: {plan.cumulative:,.3f} {units.get(plan.kpi, '')}".rstrip()
            + f" = {plan.share:.4f} % of the annual plan",
            source=f"{plan.source}, published {plan.published}",
        )
        document = f"Plan implied by the monthly report published on {plan.published}"
        targets.append(DatedTarget(plan.published, plan.kpi, target, document))
    return tuple(targets)


def versions_of(dated: Iterable[DatedTarget], order: Sequence[str]) -> tuple[PlanVersion, ...]:
    """Plan versions from targets that became known one after another.

    Each day with a new target makes a version, which repeats the targets it
    keeps; a later target replaces the earlier one of the same KPI, level and
    period.

    Parameters
    ----------
    dated : in any order
    order : slugs of the KPIs, in the order in which targets are listed
    """
    rank = {kpi: place for place, kpi in enumerate(order)}
    in_force: dict[tuple[str, str, str], Target] = {}
    versions: list[PlanVersion] = []
    for day, group in groupby(sorted(dated, key=lambda one: one.day), key=lambda one: one.day):
        new = sorted(group, key=lambda one: rank[one.kpi])
        for one in new:
            in_force[one.kpi, one.target.level, one.target.period] = one.target
        targets = sorted(in_force.items(), key=lambda item: rank[item[0][0]])
        versions.append(
            PlanVersion(
                number=len(versions) + 1,
                adopted=day,
                document="; ".join(dict.fromkeys(one.document for one in new)),
                targets=tuple((kpi, target) for (kpi, _, _), target in targets),
                note="New or changed: " + ", ".join(dict.fromkeys(one.kpi for one in new)) + ".",
            )
        )
    return tuple(versions)


def implied_versions(
    observations: Iterable[Observation],
    year: int,
    units: Mapping[str, str],
    others: Iterable[DatedTarget] = (),
) -> tuple[PlanVersion, ...]:
    """The plan versions of a year: implied plans and other published targets together.

    `units` lists the KPIs in the order in which targets are to stand.
    """
    dated = [*others, *implied_targets(observations, year, units)]
    return versions_of(dated, tuple(units))
