"""Rolling a plan over: KPIs go along, targets wait to be adopted."""

from __future__ import annotations

from datetime import date

import pytest

from data.plans.kpi import Kpi
from data.plans.plan import Plan, PlanVersion
from data.plans.roll_over import TargetDraft, roll_over, target_drafts
from models.errors import InvalidPlan
from models.targets.target import Target

PLAN = Plan(
    slug="lang-son-2021",
    family="lang-son",
    year=2021,
    body="Sở Công Thương",
    name_vi="Kế hoạch 2021 (giai đoạn 2021-2025, số 12021)",
    name_en="Plan 2021",
    kpis=(
        Kpi("exports", "Xuất khẩu", "Exports", "million USD", parent="turnover"),
        Kpi("turnover", "Tổng", "Turnover", "million USD", parts=("exports",)),
    ),
    versions=(
        PlanVersion(
            1,
            date(2021, 1, 5),
            "a",
            (
                ("exports", Target("at_least", 2.0, owner="cũ")),
                ("turnover", Target("at_least", 3.0)),
            ),
        ),
        PlanVersion(
            2,
            date(2021, 7, 5),
            "b",
            (
                ("exports", Target("about", 4, 5, "growth", owner="Sở", role="lead", source="s")),
                ("exports", Target("at_least", 9, level="stretch", period="2021H2")),
            ),
        ),
    ),
    label="reconstructed",
    note="một ghi chú",
)


def test_kpis_are_carried_over_and_targets_are_not() -> None:
    rolled = roll_over(PLAN, 2022)
    assert (rolled.slug, rolled.family, rolled.year) == ("lang-son-2022", "lang-son", 2022)
    assert rolled.kpis == PLAN.kpis
    assert rolled.versions == ()
    assert rolled.version_on(date(2022, 12, 31)) is None
    assert rolled.targets_on("exports", date(2022, 12, 31)) == ()
    assert rolled.label is None


def test_the_note_names_the_old_plan_and_the_missing_targets() -> None:
    note = roll_over(PLAN, 2022).note
    assert "lang-son-2021" in note
    assert note.endswith("Targets to be filled in: exports.")


def test_only_the_year_itself_changes_in_a_name() -> None:
    rolled = roll_over(PLAN, 2022)
    assert rolled.name_vi == "Kế hoạch 2022 (giai đoạn 2022-2025, số 12021)"
    assert rolled.name_en == "Plan 2022"


def test_drafts_are_those_of_the_last_version_without_bounds() -> None:
    assert target_drafts(PLAN) == (
        TargetDraft("exports", "about", "growth", "assigned", "year", "Sở", "lead"),
        TargetDraft("exports", "at_least", "absolute", "stretch", "", "", ""),
    )
    assert target_drafts(roll_over(PLAN, 2022)) == ()


@pytest.mark.parametrize("year", [2020, 2021])
def test_only_a_later_year(year: int) -> None:
    with pytest.raises(InvalidPlan, match="after 2021"):
        roll_over(PLAN, year)


def test_rolling_over_a_plan_without_targets() -> None:
    twice = roll_over(roll_over(PLAN, 2022), 2024)
    assert twice.slug == "lang-son-2024"
    assert "to be filled in" not in twice.note
