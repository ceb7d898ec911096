"""Why a forecast changed: parts that add up to the change between issued figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from data.db.store import Store
from data.plans.entries import add_progress
from data.plans.plan import PlanVersion
from data.plans.rows import load_plan, save_plan
from data.settings import Settings
from data.vintages.observation import Observation
from data.vintages.rows import ImportRecord, add_observations
from models.calibration import uncalibrated
from models.errors import InputError, NoBundle
from models.series import Month
from models.targets.target import Target
from models.targets.task import Progress
from service.analysis.changes import DRAWS, PARTS, Figures, changes, split, steps_between
from service.projections.issue import issue_kpi
from service.shapes.analysis import ChangeList, KpiChange, Split
from service.state.app_state import AppState
from tests.service.workflow.test_entries import PLAN as TASKS
from training.bundle.promoted import PromotedBundle

pytestmark = pytest.mark.slow

PLAN = "demo-2018"
MARCH, APRIL, MAY, JUNE = (
    date(2018, 3, 31),
    date(2018, 4, 30),
    date(2018, 5, 31),
    date(2018, 6, 30),
)


@pytest.fixture
def app_state(home: Path) -> Iterator[AppState]:
    settings = Settings(home=home, mlflow_tracking_uri=None)
    app_state = AppState(settings, Store.open(settings.store_url))
    yield app_state
    app_state.jobs.close()


def of(found: ChangeList, kpi: str) -> KpiChange:
    return next(one for one in found.changes if one.kpi == kpi)


def parts(change: Split) -> dict[str, float]:
    return {part.part: part.change for part in change.parts}


def splits(found: ChangeList) -> Iterator[Split]:
    for one in found.changes:
        yield one.projected
        yield one.projected_mean
        for target in one.targets:
            yield target.probability


def add_up(change: Split) -> bool:
    """To the last digit: the figures are decimals."""
    total = sum((Decimal(repr(part.change)) for part in change.parts), Decimal(0))
    ends = Decimal(repr(change.after)) - Decimal(repr(change.before))
    return total == ends == Decimal(repr(change.change))


@pytest.mark.parametrize(("before", "after"), [(MARCH, APRIL), (MARCH, JUNE), (MAY, JUNE)])
def test_parts_add_up_between_the_figures_that_were_issued(
    app_state: AppState, before: date, after: date
) -> None:
    found = changes(app_state, PLAN, before, after)
    change = [one for one in splits(found) if one.change is not None]
    assert len(change) >= 10
    assert all(map(add_up, change))
    for one in found.changes:
        ends = (one.projected, one.projected_mean, one.stamp)
        for day, expected in (
            (before, [end.before for end in ends]),
            (after, [end.after for end in ends]),
        ):
            issued = app_state.issued(PLAN, one.kpi, day).view
            year = issued.projected
            assert expected == [year and year.median, year and year.mean, issued.stamp]


def test_each_part_is_what_that_step_alone_does(app_state: AppState) -> None:
    of_coal = of(changes(app_state, PLAN, MAY, JUNE), "coal")
    assert [part.part for part in of_coal.projected.parts] == list(PARTS)
    year = parts(of_coal.projected)
    # version 2 only raises the target; both months are answered by the model of May
    assert year["plan"] == year["model"] == 0
    assert year["month"] != 0
    chance = parts(of_coal.targets[0].probability)
    assert chance["plan"] < 0
    assert chance["model"] == 0
    assert parts(of_coal.targets[1].probability)["plan"] == 0  # stretch: as it was


def test_the_model_is_a_part_where_another_bundle_answers(app_state: AppState) -> None:
    old, june = app_state.basis(PLAN, MAY), app_state.basis(PLAN, JUNE)
    assert isinstance(june.bundle, PromotedBundle)
    learned = june.bundle.bundle.learned["coal"]
    wider = replace(learned, calibration=replace(uncalibrated(), scale=2.5))
    bundle = replace(june.bundle.bundle, learned={**june.bundle.bundle.learned, "coal": wider})
    new = replace(june, bundle=replace(june.bundle, bundle=bundle, content_hash="1" * 64))
    first, last = issue_kpi(old, "coal"), issue_kpi(new, "coal")
    steps = dict(steps_between(old, new, "coal", first, last))
    start = Figures.of(first.view)
    assert steps["plan"].mean == start.mean
    assert steps["model"].mean != steps["plan"].mean
    same_model = issue_kpi(june, "coal")
    assert steps["month"] == Figures.of(last.view) != Figures.of(same_model.view)


def test_a_revision_of_past_months_is_no_new_month(app_state: AppState) -> None:
    day, known = date(2018, 6, 9), app_state.issued(PLAN, "coal", MAY).view
    april, so_far = known.months[3].median, known.actual_to_date
    assert so_far is not None
    lost = april - 40.0
    revised = (
        Observation("coal", Month(2018, 4), "month", 40.0, "restated", day, "made"),
        Observation(
            "coal", Month(2018, 5), "year_to_date", so_far - lost, "restated", day, "made"
        ),
    )
    origin = ImportRecord("r.csv", "1" * 64, "test", datetime(2018, 7, 1, tzinfo=UTC))
    add_observations(app_state.store, "demo", revised, origin)
    found = changes(app_state, PLAN, MAY, day)
    change = of(found, "coal")
    year = parts(change.projected)
    assert list(year) == [*PARTS, DRAWS]
    assert year["plan"] == year["model"] == year["month"] == 0
    assert year["revisions"] < -lost / 2
    assert abs(year[DRAWS]) < 0.1 * abs(year["revisions"])
    assert add_up(change.projected)
    assert "số liệu các tháng trước được điều chỉnh" in change.sentence.vi
    steel = parts(of(found, "steel").projected)  # no revision
    assert {name for name, value in steel.items() if value} <= {DRAWS}


def test_what_was_not_there_at_one_end_has_no_parts(app_state: AppState) -> None:
    plan = load_plan(app_state.store, PLAN)
    extra = ("steel", Target("at_least", 500.0, source="made up"))
    version = PlanVersion(3, date(2018, 6, 15), "made up", (*plan.versions[-1].targets, extra))
    save_plan(app_state.store, replace(plan, versions=(*plan.versions, version)))
    found = changes(app_state, PLAN, MAY, JUNE)
    (target,) = of(found, "steel").targets
    assert target.probability.before is None
    assert target.probability.change is None
    assert target.probability.parts == ()
    assert add_up(of(found, "steel").projected)
    bridge = of(found, "bridge")
    assert bridge.projected.change is None
    assert "chưa có dự báo" in bridge.sentence.vi


def test_the_sentence_says_what_moved_and_why(app_state: AppState) -> None:
    found = changes(app_state, PLAN, MAY, JUNE)
    one = of(found, "coal")
    chances = one.targets[0].probability
    main = max(chances.parts, key=lambda part: abs(part.change))
    assert main.part in ("plan", "month")
    cause = {"plan": "điều chỉnh kế hoạch", "month": "số liệu tháng 6/2018"}[main.part]
    assert cause in one.sentence.vi
    assert "Than đá" in one.sentence.vi
    assert "điểm phần trăm" in one.sentence.vi
    assert "Coal" in one.sentence.en
    assert "percentage points" in one.sentence.en
    steel = of(found, "steel").sentence  # no target: of the projected year
    assert steel.vi.startswith("Dự báo cả năm")


def test_the_same_question_has_the_same_answer(app_state: AppState) -> None:
    assert changes(app_state, PLAN, MAY, JUNE) == changes(app_state, PLAN, MAY, JUNE)


def test_vintages_must_be_in_order_and_answered(app_state: AppState) -> None:
    with pytest.raises(InputError, match="before 'to'"):
        changes(app_state, PLAN, JUNE, MAY)
    with pytest.raises(NoBundle):
        changes(app_state, PLAN, date(2018, 1, 31), JUNE)


Decimals = st.decimals(-10_000, 10_000, places=4).map(float)


@given(st.lists(st.one_of(st.none(), Decimals), min_size=5, max_size=5))
def test_any_steps_add_up(values: list[float | None]) -> None:
    found = split(PARTS, values)
    if values[0] is None or values[-1] is None:
        assert found.parts == ()
    else:
        assert [part.part for part in found.parts] == list(PARTS)
        assert add_up(found)


def test_the_route_answers_with_a_tag(service: Any) -> None:
    ask: Callable[..., Any] = service.get
    first = ask(f"/v1/plans/{PLAN}/changes?from=2018-05&to=2018-06")
    assert first.status_code == 200
    again = ask(
        f"/v1/plans/{PLAN}/changes?from=2018-05&to=2018-06",
        headers={"If-None-Match": first.headers["etag"]},
    )
    assert again.status_code == 304
    one = ask(f"/v1/plans/{PLAN}/changes?from=2018-05&to=2018-06&kpi=coal").json()
    assert [entry["kpi"] for entry in one["changes"]] == ["coal"]
    wrong = ask(f"/v1/plans/{PLAN}/changes?from=2018-06&to=2018-05")
    assert wrong.status_code == 422


def test_of_a_task_progress_is_the_month_and_a_lower_goal_the_plan(app_state: AppState) -> None:
    tasks = replace(TASKS, slug="tasks-2021", family="tasks")
    save_plan(app_state.store, tasks)
    for day, done in ((date(2021, 7, 31), 1), (date(2021, 8, 31), 4)):
        report = Progress("inspections", day, "Phòng", done=done)
        add_progress(app_state.store, tasks, report, "os:test")
    found = changes(app_state, "tasks-2021", date(2021, 7, 31), date(2021, 8, 31))
    assert "prices" not in [one.kpi for one in found.changes]  # of kind log
    change = of(found, "inspections")
    chance = change.targets[0].probability
    by_part = parts(chance)
    assert list(by_part) == list(PARTS)
    assert by_part["model"] == by_part["revisions"] == 0
    assert by_part["plan"] > 0  # 6 in place of 8
    assert by_part["month"] > 0
    assert add_up(chance)
    assert "Cuộc kiểm tra" in change.sentence.vi
    communes = of(found, "communes").targets  # dropped by version 2
    assert [one.probability.after for one in communes] == [None]
