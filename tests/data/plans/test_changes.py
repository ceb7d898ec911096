"""Versions compared: by hand, and the real investment plans of 2019, which changed by 18 %."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from data.plans.changes import Change, bound_change, compare
from data.plans.kpi import Kpi
from data.plans.plan import Plan, PlanVersion
from data.samples.files import read_sample
from data.samples.implied_versions import implied_versions
from models.errors import UnknownVersion
from models.targets.target import Target
from models.targets.task import Task

KEPT = Target("at_least", 5.0, source="report of January")
FIRST = PlanVersion(
    1,
    date(2021, 1, 15),
    "Decision 1",
    (
        ("coal", KEPT),
        ("coal", Target("at_least", 8.0, level="stretch")),
        ("steel", Target("about", 4.0, 5.0, "growth")),
    ),
    tasks=(("checks", Task(due=date(2021, 9, 30))),),
)
SECOND = PlanVersion(
    2,
    date(2021, 7, 1),
    "Decision 2",
    (
        ("coal", replace(KEPT, source="report of July")),
        ("coal", Target("at_least", 2.0, period="Q1")),
        ("steel", Target("about", 3.0, 5.0, "growth")),
    ),
    tasks=(("checks", Task(due=date(2021, 12, 31))),),
)
KPIS = (Kpi("coal", "Than", "Coal", "t"), Kpi("steel", "Thép", "Steel", "t"))
PLAN = Plan(
    "demo-2021",
    "demo",
    2021,
    "Sở",
    "Kế hoạch",
    "Plan",
    (*KPIS, Kpi("checks", "Kiểm tra", "Checks", "checks", kind="count")),
    (FIRST, SECOND),
)


def test_added_dropped_and_changed_targets() -> None:
    found = compare(PLAN, 1, 2)
    stretch, quarter, steel = found.targets
    assert (stretch.kpi, stretch.before and stretch.before.level, stretch.after) == (
        "coal",
        "stretch",
        None,
    )
    assert (quarter.before, quarter.after and quarter.after.period) == (None, "Q1")
    assert (steel.kpi, bound_change(steel)) == ("steel", (-1.0, None))  # percentage points
    (task,) = found.tasks
    assert (task.before and task.before.due, task.after and task.after.due) == (
        date(2021, 9, 30),
        date(2021, 12, 31),
    )


def test_the_other_way_round_and_with_itself() -> None:
    back = compare(PLAN, 2, 1)
    assert {(one.kpi, one.before is None) for one in back.targets} == {
        ("coal", True),
        ("coal", False),
        ("steel", False),
    }
    same = compare(PLAN, 1, 1)
    assert (same.targets, same.tasks) == ((), ())


def test_changes_of_bounds() -> None:
    lower, higher = Target("at_least", 200.0), Target("at_least", 236.0)
    assert bound_change(Change("coal", lower, higher)) == (36.0, pytest.approx(18.0))
    cap = Target("at_most", None, 50.0)
    assert bound_change(Change("coal", cap, replace(cap, upper=40.0))) == (
        -10.0,
        pytest.approx(-20.0),
    )
    assert bound_change(Change("coal", lower, replace(lower, form="growth"))) is None
    assert bound_change(Change("coal", None, lower)) is None


def test_an_unknown_version_says_which_there_are() -> None:
    with pytest.raises(UnknownVersion, match=r"no version 3; there is 1, 2"):
        compare(PLAN, 1, 3)


def test_a_target_was_set_when_it_last_changed() -> None:
    third = PlanVersion(3, date(2021, 9, 1), "Decision 3", SECOND.targets)
    plan = replace(PLAN, versions=(FIRST, SECOND, third))
    steel = third.targets_of("steel")[0]
    assert plan.set_on("steel", steel, third) == date(2021, 7, 1)
    coal = replace(KEPT, source="report of July")
    assert plan.set_on("coal", coal, third) == date(2021, 1, 15)  # only its source is another
    assert plan.set_on("steel", FIRST.targets[2][1], FIRST) == date(2021, 1, 15)


@pytest.mark.slow
def test_the_investment_plan_of_2019_changed_by_18_per_cent() -> None:
    plan, observations = read_sample("vietnam-2021")
    units = {kpi.slug: kpi.unit for kpi in plan.kpis}
    versions = implied_versions(observations, 2019, units)
    plan_2019 = replace(plan, slug="vietnam-2019", year=2019, versions=versions)
    first, last = versions[0], versions[-1]
    moves = {one.kpi: one for one in compare(plan_2019, first.number, last.number).targets}
    total = moves["investment_total"]
    amount, per_cent = bound_change(total) or (0.0, None)
    assert total.before is not None
    assert total.before.lower is not None
    assert total.before.lower == pytest.approx(324_000, rel=0.02)
    assert per_cent == pytest.approx(18.0, abs=1.0)
    assert amount == pytest.approx(total.before.lower * 0.18, rel=0.05)
    # an adopted target stays in its version, whatever changed later
    early = plan_2019.version_on(first.adopted)
    assert early is not None
    assert early.targets_of("investment_total")[0] == first.targets_of("investment_total")[0]
    assert (
        early.targets_of("investment_total")[0].lower
        != versions[-1].targets_of("investment_total")[0].lower
    )
