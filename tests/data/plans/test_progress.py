"""What a report or a log entry must agree with, and the record of earlier years."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from data.plans.entries import LogEntry
from data.plans.kpi import Kpi
from data.plans.plan import Plan, PlanVersion
from data.plans.progress import check_log, check_progress, past_periods, planned_task
from models.errors import InputError, UnknownKpi
from models.series import Month
from models.targets.target import Target
from models.targets.task import Progress, Step, Task

TODAY = date(2021, 9, 1)
KPIS = (
    Kpi("checks", "Kiểm tra", "Checks", "checks", kind="count"),
    Kpi("dam", "Thủy điện", "Dam", "steps", kind="milestone"),
    Kpi("prices", "Giá", "Prices", "", kind="log"),
    Kpi("coal", "Than", "Coal", "t"),
)
STEPS = (Step("permit", "Cấp phép", "Permit"), Step("grid", "Đấu nối", "Grid"))
VERSION = PlanVersion(
    1,
    date(2021, 6, 30),
    "Decision 1",
    (("checks", Target("at_least", 8)), ("dam", Target("at_least", 2))),
    tasks=(("checks", Task(starts=date(2021, 7, 1), of=12)), ("dam", Task(steps=STEPS))),
)
PLAN = Plan("demo-2021", "demo", 2021, "Sở", "Kế hoạch", "Plan", KPIS, (VERSION,))
GOOD = Progress("checks", date(2021, 8, 31), "An", done=3)
STEP = Progress("dam", date(2021, 8, 31), "An", done=1, step="permit")


@pytest.mark.parametrize(
    "entry",
    [
        GOOD,
        STEP,
        replace(STEP, done=0),
        replace(GOOD, done=None, obstacle=""),
        replace(GOOD, done=None, judgement=0.5),
        replace(GOOD, done=None, note="họp giao ban"),
        replace(GOOD, done=None, final=True),
        replace(GOOD, day=date(2021, 6, 1), done=None, obstacle="before it counts"),
        replace(STEP, day=date(2021, 6, 1)),  # a step may be done before the plan is adopted
    ],
)
def test_valid_reports_are_accepted(entry: Progress) -> None:
    check_progress(PLAN, entry, TODAY)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (replace(GOOD, kpi="coal"), "no version of the plan lists it under 'tasks'"),
        (replace(GOOD, day=date(2021, 9, 2)), "up to today, 2021-09-01"),
        (replace(GOOD, by=" "), "'by' is required.*who reports it"),
        (replace(GOOD, judgement=1.0), "between 0 and 1"),
        (replace(GOOD, done=None), "none of them"),
        (replace(GOOD, done=-1), "a count from 0"),
        (replace(GOOD, done=13), "up to 12, all there are"),
        (replace(GOOD, day=date(2021, 6, 30)), "a day from 2021-07-01 on"),
        (replace(GOOD, step="permit"), "a step of 'checks'"),
        (replace(STEP, step="permits"), "there is permit, grid"),
        (replace(STEP, step=""), "a step of the checklist"),
        (replace(STEP, done=2), r"1 \(done\) or 0"),
    ],
)
def test_invalid_reports_are_refused(entry: Progress, message: str) -> None:
    with pytest.raises(InputError, match=message):
        check_progress(PLAN, entry, TODAY)


def test_an_unknown_kpi_says_which_there_are() -> None:
    with pytest.raises(UnknownKpi, match="checks, dam, prices, coal"):
        check_progress(PLAN, replace(GOOD, kpi="cheques"), TODAY)


ENTRY = LogEntry("prices", Month(2021, 8), date(2021, 8, 31), "ổn định", "", "An")


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"month": Month(2021, 10)}, "up to today"),
        ({"day": date(2021, 9, 2)}, "up to today"),
        ({"by": ""}, "'by' is required"),
        ({"text_vi": " "}, "found neither"),
    ],
)
def test_a_log_entry_has_a_text_a_month_and_an_author(
    changed: dict[str, Any], message: str
) -> None:
    check_log(PLAN, ENTRY, TODAY)
    check_log(PLAN, replace(ENTRY, kpi="coal"), TODAY)  # a note beside figures
    with pytest.raises(InputError, match=message):
        check_log(PLAN, replace(ENTRY, **changed), TODAY)


def test_the_record_of_earlier_years_is_known_once_it_is_reported() -> None:
    target = (("checks", Target("at_least", 13)),)
    version = replace(
        VERSION, adopted=date(2020, 1, 5), targets=target, tasks=(("checks", Task()),)
    )
    old = replace(PLAN, slug="demo-2020", year=2020, versions=(version,))
    reports = [Progress("checks", date(2020, 12, 31), "An", done=12)]
    earlier = [(old, reports)]
    assert past_periods(earlier, "checks", date(2021, 6, 30)) == [(13, 12)]
    assert past_periods(earlier, "checks", date(2020, 12, 30)) == []
    assert past_periods(earlier, "dam", date(2021, 6, 30)) == []
    assert planned_task(PLAN, VERSION, "coal") is None
