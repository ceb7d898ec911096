"""Plan versions from plans that are published only through percentages.

Plans change within the year; each change makes a new version of the plan document, dated
by the report's publication.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from data.plans.plan import PlanVersion
from data.vintages.implied_plan import implied_plans
from data.vintages.observation import Observation
from models.targets.target import Target

CHANGED = "Mới hoặc thay đổi: "  # begins the note of a version read from figures; KPIs follow


@dataclass(frozen=True)
class DatedTarget:
    """A target, with the day and the document of its publication."""

    day: date
    kpi: str
    target: Target
    document: str


def implied_targets(
    observations: Iterable[Observation], year: int, units: Mapping[str, str]
) -> tuple[DatedTarget, ...]:
    """The implied plans as targets, one for each change of a plan.

    A plan has changed if its previous value is not consistent with the printed
    figures; differences explained by rounding are no change.

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
        day = plan.published
        written = f"{day:%d/%m/%Y}" if day.month < 3 else f"{day:%d}/{day.month}/{day.year}"
        document = f"kế hoạch năm tính từ báo cáo tháng công bố ngày {written}"
        targets.append(DatedTarget(plan.published, plan.kpi, target, document))
    return tuple(targets)


def versions_of(dated: Iterable[DatedTarget], order: Sequence[str]) -> tuple[PlanVersion, ...]:
    """Plan versions from targets published one after another.

    Each day with a new target makes a version, which repeats the targets it keeps; a
    later target replaces an earlier target of the same KPI, level and period.

    Parameters
    ----------
    dated : in any order
    order : slugs of the KPIs, in the order in which targets are listed
    """
    rank = {kpi: place for place, kpi in enumerate(order)}
    in_force: dict[tuple[str, str, str], Target] = {}
    versions: list[PlanVersion] = []
    for day, group in groupby(
        sorted(dated, key=lambda dated_target: dated_target.day),
        key=lambda dated_target: dated_target.day,
    ):
        new = sorted(group, key=lambda dated_target: rank[dated_target.kpi])
        for dated_target in new:
            in_force[dated_target.kpi, dated_target.target.level, dated_target.target.period] = (
                dated_target.target
            )
        targets = sorted(in_force.items(), key=lambda item: rank[item[0][0]])
        versions.append(
            PlanVersion(
                number=len(versions) + 1,
                adopted=day,
                document="; ".join(dict.fromkeys(dated_target.document for dated_target in new)),
                targets=tuple((kpi, target) for (kpi, _, _), target in targets),
                note=CHANGED
                + ", ".join(dict.fromkeys(dated_target.kpi for dated_target in new))
                + ".",
            )
        )
    return tuple(versions)


def implied_versions(
    observations: Iterable[Observation],
    year: int,
    units: Mapping[str, str],
    others: Iterable[DatedTarget] = (),
) -> tuple[PlanVersion, ...]:
    """The plan versions of a year, from implied plans and other published targets.

    `units` lists the KPIs in the order of the targets.
    """
    dated = [*others, *implied_targets(observations, year, units)]
    return versions_of(dated, tuple(units))
