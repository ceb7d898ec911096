"""A made-up province: targets with long names, from likely to lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from data.plans.kpi import Kpi
from data.plans.plan import Plan, PlanVersion
from data.vintages.observation import Observation
from models.series import Month
from models.targets.target import Target
from tests.families import flow, noisy_months, small_plan

JUNE = date(2018, 6, 30)
COUNT = 20
LEAST, STEP = 0.99, 0.005  # of last year's total: what the first target asks for, and each next
_LONG = "Kim ngạch hàng hóa và dịch vụ qua địa bàn, nhóm"


def crowd_kpis() -> tuple[Kpi, ...]:
    return tuple(
        Kpi(f"kpi_{place:02}", f"{_LONG} {place}", f"Goods and services, group {place}", "tấn")
        for place in range(COUNT)
    )


def crowd_plan() -> Plan:
    """`crowd-2018`; its last KPI has no target."""
    targets = []
    for place, kpi in enumerate(crowd_kpis()[:-1]):
        months = noisy_months(kpi.slug, 100.0)
        year = sum(months[Month(2017, number)] for number in range(1, 13))
        bound = (LEAST + STEP * place) * year
        targets.append((kpi.slug, Target("at_least", round(bound, 1), source="made up")))
    version = PlanVersion(1, date(2018, 1, 15), "made up", tuple(targets))
    names = {"name_vi": "Kế hoạch của tỉnh", "name_en": "Plan of the province"}
    return small_plan("crowd", 2018, crowd_kpis(), (version,), **names)


def crowd_figures() -> Iterator[Observation]:
    """What was printed; June of the second KPI is missing."""
    for place, kpi in enumerate(crowd_kpis()):
        months = noisy_months(kpi.slug, 100.0)
        if place == 1:
            months.pop(Month(2018, 6))
        yield from flow(kpi.slug, months)
