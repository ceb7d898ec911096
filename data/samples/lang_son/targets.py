"""The plan of 2021 and those before it: printed targets where a source gives one.

All others are illustrative and say so in their source.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date

import numpy as np
from numpy.typing import NDArray

from data.samples.implied_versions import DatedTarget
from data.samples.lang_son.assumptions import ASSUMED
from data.samples.lang_son.kpis import SIX_MONTH_REPORT
from data.samples.lang_son.printed import REPORTED
from data.samples.lang_son.tasks import TASKS
from models.targets.target import Target, TargetLevel

ADOPTED = date(2021, 1, 4)
ILLUSTRATIVE = "Chỉ tiêu minh họa, không phải chỉ tiêu được giao"
PLAN_DOCUMENT = "Kế hoạch năm 2021 (minh họa)"
DEPARTMENT, PROVINCE = "Sở Công Thương", "UBND tỉnh"

ABSOLUTE: Mapping[str, float] = {  # at least, in the KPI's unit
    "turnover": 4200,
    "exports": 1500,
    "imports": 2700,
    "exports_local": 126,
    "turnover_customs": 3700,
    "turnover_tan_thanh": 920,
    "turnover_chi_ma": 500,
    "turnover_dong_dang": 180,
    "retail_sales_and_services": 21500,
    "retail_sales_goods": 19200,
    "hospitality": 1520,
    "industrial_output": 7300,
    "electricity_commercial": 900,
    "electricity_generated": 750,
    "cement": 1200,
    "clinker": 400,
    "coal": 560,
    "stone": 3450,
    "brick": 190,
    "tap_water": 10500,
    "lead_ingot": 4950,
    "abrasive_powder": 9500,
    "peeled_board": 95,
    "online_retail": 1300,
    "budget_revenue": 7000,
}
GROWTH: Mapping[str, float] = {"iip": 9.5}  # at least, per cent on last year
PART_OF_YEAR = ("hospitality", "H1", 780.0)  # settled in June, and missed
PRINTED_SHARES: Mapping[tuple[str, int], float] = {  # cumulative ÷ printed share of the plan
    ("turnover", 2018): 4855,
    ("turnover", 2019): 5230,
    ("retail_sales_and_services", 2018): 16811,
    ("retail_sales_and_services", 2019): 20240,
    ("budget_revenue", 2018): 6290,
    ("budget_revenue", 2019): 5448,
}
ROOM = (0.06, 0.05, 0.05, 0.06, 0.07)  # growth planned for 2016 to 2020


def dated_targets() -> Iterator[DatedTarget]:
    """The targets of 2021 with the day on which each became known."""
    for kpi, lower in ABSOLUTE.items():
        yield DatedTarget(ADOPTED, kpi, _illustrative(kpi, lower), PLAN_DOCUMENT)
    for kpi, lower in GROWTH.items():
        target = Target("at_least", lower, form="growth", owner=DEPARTMENT, source=ILLUSTRATIVE)
        yield DatedTarget(ADOPTED, kpi, target, PLAN_DOCUMENT)
    kpi, period, lower = PART_OF_YEAR
    part = Target("at_least", lower, period=period, owner=DEPARTMENT, source=ILLUSTRATIVE)
    yield DatedTarget(ADOPTED, kpi, part, PLAN_DOCUMENT)
    yield from _tasks()


def _illustrative(kpi: str, lower: float) -> Target:
    role = "coordinate" if kpi in ("budget_revenue",) else "lead"
    return Target("at_least", lower, owner=DEPARTMENT, role=role, source=ILLUSTRATIVE)


def of_customs(published: Iterable[DatedTarget]) -> Iterator[DatedTarget]:
    """The printed targets of the customs branch, worded for an official's eye."""
    source = "thoibaotaichinhvietnam.vn, 02/2021"
    document = f"Chỉ tiêu thu của Cục Hải quan Lạng Sơn, theo {source}"
    for one in published:
        share = "23,3%" if one.target.level == "assigned" else "20,1%"
        basis = f"830,6 tỷ đồng đến ngày 22/02 bằng {share} mức này"
        target = replace(one.target, owner="Cục Hải quan Lạng Sơn", basis=basis, source=source)
        yield replace(one, target=target, document=document)


def _tasks() -> Iterator[DatedTarget]:
    """The tasks of the six-month report: all their steps, or the number it prints."""
    halves = {  # of the second half of the year, under the approved plan
        "specialised_inspections": 8,
        "administrative_inspections": 1,
        "units_inspected": 40,
    }
    for slug, task in TASKS:
        level: TargetLevel = "assigned"
        period = "remaining half" if slug in halves else "year"
        role, owner = "lead", DEPARTMENT
        if slug not in halves:
            level = "stretch" if slug.startswith("communes_") else "indicative"
        if slug.startswith("communes_"):
            role, owner = "coordinate", PROVINCE
        target = Target(
            "at_least",
            halves.get(slug, len(task.steps)),
            level=level,
            period=period,
            owner=owner,
            role=role,
            source=SIX_MONTH_REPORT,
        )
        yield DatedTarget(REPORTED, slug, target, SIX_MONTH_REPORT)


def earlier_plans(months: Mapping[str, NDArray[np.float64]]) -> dict[tuple[str, int], float]:
    """(KPI, year) → plan of 2016 to 2021: last year's outcome and some growth, rounded."""
    plans: dict[tuple[str, int], float] = {}
    for kpi in ASSUMED:
        years = months[kpi].reshape(-1, 12).sum(axis=1)
        for year, room in zip(range(2016, 2021), ROOM, strict=True):
            aimed = years[year - 2016] * (1 + room)
            plans[kpi, year] = float(f"{aimed:.2g}") if aimed < 1000 else float(f"{aimed:.3g}")
    plans |= PRINTED_SHARES
    return plans | {(kpi, 2021): float(lower) for kpi, lower in ABSOLUTE.items() if kpi in months}
