"""Tasks as projections: the real examples, what is closed, open, or has no basis."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from models.kinds import Kind
from models.projection import Projection
from models.targets.target import Target
from models.targets.task import Progress, Step, Task, state_of
from models.tasks.milestones import PlannedTask, closed_period, project_task

ADOPTED = date(2021, 6, 30)
HALF = Target("at_least", 8, period="remaining half", owner="Sở Công Thương", role="lead")
COMMUNES = Target("at_least", 10, level="stretch", owner="UBND tỉnh", role="coordinate")
INSPECTIONS = Task(starts=date(2021, 7, 1))
PERMIT = Step("permit", "Cấp phép", "Permit", date(2021, 9, 30))
GRID = Step("grid", "Đấu nối", "Grid connection")


def report(month: int, day: int, year: int = 2021, **given: Any) -> Progress:
    return Progress("task", date(year, month, day), "An", **given)


def projected(
    task: Task, *progress: Progress, day: date, targets: Any = (HALF,), past: Any = ()
) -> Projection:
    kind: Kind = "milestone" if task.steps else "count"
    planned = PlannedTask("lang-son/task", kind, "items", 2021, task, tuple(targets))
    state = state_of(task, ADOPTED, "Decision 1", progress, day)
    return project_task(planned, state, day, past)


def codes(remarks: Any) -> list[str]:
    return [remark.code for remark in remarks]


# counts


def test_inspections_for_the_rest_of_the_year() -> None:
    one = projected(
        INSPECTIONS, report(8, 31, done=3, obstacle="giãn cách"), day=date(2021, 9, 15)
    )
    task = one.task
    assert task is not None
    assert (task.done, task.remaining, task.goal) == (3, 5, 8)
    assert (task.starts, task.deadline) == (date(2021, 7, 1), None)  # no document names a day
    assert (task.lead, task.role, task.obstacle) == ("Sở Công Thương", "lead", "giãn cách")
    assert codes(task.assumptions) == ["pace", "rush", "unreported"]
    assert task.assumptions[0].values["days"] == 62
    (found,) = one.attainments
    assert found.probability == one.probability
    assert one.probability is not None
    assert 0.5 < one.probability < 0.9
    assert (one.method, one.status, found.period_outcome) == ("gamma_poisson", "at_risk", "open")
    assert found.required is not None
    assert found.required.monthly_average == pytest.approx(5 / 4)
    assert [month.minimum for month in found.required.months] == sorted(
        month.minimum for month in found.required.months
    )
    assert [str(month.month) for month in one.months] == [
        "2021-09",
        "2021-10",
        "2021-11",
        "2021-12",
    ]
    assert one.annual is not None
    assert (one.annual.samples >= 3).all()


def test_without_a_report_there_is_no_number() -> None:
    one = projected(INSPECTIONS, day=date(2021, 9, 15))
    assert (one.probability, one.status, one.annual, one.months) == (None, "no_basis", None, ())
    assert one.task is not None
    assert (one.task.done, one.task.remaining, one.task.goal) == (None, None, 8)
    assert codes(one.task.missing) == ["progress_missing"]
    assert one.attainments[0].reason == one.task.missing[0]


def test_a_tenth_of_the_time_must_be_reported() -> None:
    early = projected(INSPECTIONS, report(7, 18, done=0), day=date(2021, 7, 18))  # 18 of 184 days
    assert early.status == "no_basis"
    assert early.task is not None
    assert codes(early.task.missing) == ["too_early"]
    assert projected(INSPECTIONS, report(7, 19, done=0), day=date(2021, 7, 19)).probability


def test_a_judgement_applies_until_reports_follow() -> None:
    task = Task(starts=date(2021, 7, 1), judgement=0.7)
    alone = projected(task, day=date(2021, 9, 15))
    assert alone.probability == pytest.approx(0.7, abs=5e-4)
    assert alone.task is not None
    assert codes(alone.task.assumptions) == ["judgement", "rush"]
    slow = projected(task, report(10, 31, done=1), day=date(2021, 10, 31))
    assert slow.probability is not None
    assert slow.probability < 0.4
    newer = projected(
        task, report(10, 31, done=1), report(10, 31, judgement=0.9), day=date(2021, 10, 31)
    )
    assert newer.probability == pytest.approx(0.9, abs=5e-4)


def test_a_goal_is_reached_at_once_and_missed_only_at_the_end() -> None:
    reached = projected(INSPECTIONS, report(7, 5, done=8), day=date(2021, 7, 5))
    assert (reached.status, reached.probability) == ("achieved", 1.0)
    reports = (report(8, 31, done=3), report(12, 31, done=7))
    assert projected(INSPECTIONS, *reports, day=date(2021, 12, 30)).status == "at_risk"
    missed = projected(INSPECTIONS, *reports, day=date(2021, 12, 31))
    assert (missed.status, missed.probability, missed.months) == ("missed", 0.0, ())
    assert missed.attainments[0].actual == 7.0
    final = projected(INSPECTIONS, report(9, 30, done=3, final=True), day=date(2021, 10, 5))
    assert (final.status, final.data_status) == ("missed", "final")
    assert final.method == "reported"


def test_what_is_unreported_at_the_end_is_not_missed() -> None:
    open_still = projected(INSPECTIONS, report(12, 20, done=7), day=date(2022, 1, 20))
    assert open_still.probability is not None
    assert 0 < open_still.probability < 1
    assert open_still.task is not None
    assert "unreported" in codes(open_still.task.assumptions)


def test_each_level_and_mark_has_its_own_probability() -> None:
    targets = (
        Target("at_least", 4, period="2021-09-30"),
        HALF,
        Target("at_least", 12, period="remaining half", level="stretch"),
    )
    task = Task(starts=date(2021, 7, 1))
    one = projected(task, report(8, 31, done=3), day=date(2021, 8, 31), targets=targets)
    mark, assigned, stretch = (found.probability for found in one.attainments)
    assert mark is not None
    assert assigned is not None
    assert stretch is not None
    assert assigned > stretch
    assert one.task is not None
    assert (one.task.goal, one.task.deadline) == (8, None)  # not the mark's
    assert one.probability == assigned
    later = projected(
        task, report(9, 20, done=3), report(10, 9, done=5), day=date(2021, 10, 9), targets=targets
    )
    reason = later.attainments[0].reason
    assert reason is not None
    assert reason.code == "count_missing"
    sure = projected(
        task, report(9, 20, done=4), report(10, 9, done=5), day=date(2021, 10, 9), targets=targets
    )
    assert sure.attainments[0].period_outcome == "met"
    short = projected(task, report(10, 9, done=3), day=date(2021, 10, 9), targets=targets)
    assert short.attainments[0].period_outcome == "missed"


def test_an_upper_bound_is_broken_by_what_is_done() -> None:
    target = Target("at_most", upper=2)
    held = projected(Task(), report(6, 30, done=1), day=date(2021, 6, 30), targets=(target,))
    assert held.task is not None
    assert (held.task.goal, held.task.remaining) == (2, 1)
    assert held.probability is not None
    assert 0 < held.probability < 1
    broken = projected(Task(), report(6, 30, done=3), day=date(2021, 6, 30), targets=(target,))
    assert (broken.status, broken.probability) == ("missed", 0.0)


# communes: a stretch goal of the province, recognition can follow


def test_communes_of_the_province() -> None:
    task = Task(part="criteria 4 and 7", recognised_later=True)
    one = projected(task, report(6, 30, done=2), day=date(2021, 6, 30), targets=(COMMUNES,))
    assert (one.probability, one.status) == (None, "no_target")  # nothing is assigned
    assert one.attainments[0].probability is not None
    assert one.task is not None
    assert (one.task.lead, one.task.role, one.task.part) == (
        "UBND tỉnh",
        "coordinate",
        "criteria 4 and 7",
    )
    assert codes(one.task.assumptions) == ["pace", "rush", "recognised_later"]


def test_recognition_after_the_end_is_open_until_it_is_final() -> None:
    task = Task(recognised_later=True)
    given: dict[str, Any] = {"day": date(2022, 2, 28), "targets": (Target("at_least", 10),)}
    at_the_end = (report(12, 31, done=7),)
    waiting = projected(task, *at_the_end, **given)
    assert (waiting.status, waiting.probability) == ("no_basis", None)
    assert waiting.task is not None
    assert codes(waiting.task.missing) == ["final_missing"]
    assert waiting.attainments[0].period_outcome == "open"
    reached = projected(task, *at_the_end, report(2, 20, 2022, done=10), **given)
    assert reached.status == "achieved"
    ended = projected(task, *at_the_end, report(2, 20, 2022, done=9, final=True), **given)
    assert (ended.status, ended.attainments[0].actual) == ("missed", 9.0)


def test_a_closed_list_follows_the_record_of_earlier_years() -> None:
    task, target = Task(of=12), Target("at_least", 10)
    day = date(2021, 6, 30)
    good = projected(task, report(6, 30, done=2), day=day, targets=(target,), past=[(13, 13)])
    bad = projected(task, report(6, 30, done=2), day=day, targets=(target,), past=[(13, 4)])
    assert good.method == bad.method == "beta_binomial"
    assert good.probability is not None
    assert bad.probability is not None
    assert good.probability > 0.9 > 0.1 > bad.probability
    assert good.annual is not None
    assert good.annual.samples.max() <= 12
    assert good.task is not None
    assert codes(good.task.assumptions) == ["list", "record"]
    judged = projected(
        Task(of=12, judgement=0.6), report(6, 30, done=2), day=day, targets=(target,)
    )
    assert judged.method == "beta_binomial"
    paced = projected(task, report(6, 30, done=6), day=day, targets=(target,))
    assert paced.method == "gamma_poisson"
    assert paced.annual is not None
    assert paced.annual.samples.max() <= 12


def test_a_period_is_closed_once_nothing_can_be_added() -> None:
    task = Task()
    planned = PlannedTask("f/t", "count", "communes", 2020, task, (Target("at_least", 13),))

    def closed(*progress: Progress) -> tuple[int, int] | None:
        day = date(2021, 6, 30)
        return closed_period(planned, state_of(task, ADOPTED, "d", progress, day), day)

    assert closed(report(12, 31, 2020, done=12)) == (13, 12)
    assert closed(report(11, 30, 2020, done=12)) is None


# checklists


def test_steps_of_a_hydropower_project() -> None:
    task = Task(steps=(PERMIT, GRID))
    target = Target("at_least", 2, role="coordinate")
    given: dict[str, Any] = {"day": date(2021, 8, 31), "targets": (target,)}
    bare = projected(task, **given)
    assert (bare.status, bare.task and codes(bare.task.missing)) == (
        "no_basis",
        ["judgement_missing"],
    )
    assert bare.task is not None
    assert (bare.task.done, bare.task.remaining) == (0, 2)
    assert [step.due for step in bare.task.steps] == [date(2021, 9, 30), None]
    reports = (
        report(8, 1, step="permit", judgement=0.9),
        report(8, 1, step="grid", judgement=0.5),
    )
    judged = projected(task, *reports, **given)
    assert judged.method == "poisson_binomial"
    assert judged.probability == pytest.approx(0.45)
    assert judged.annual is not None
    assert judged.annual.mean == pytest.approx(1.4)
    assert judged.attainments[0].required is None
    ticked = projected(task, *reports, report(8, 20, step="permit", done=1), **given)
    assert ticked.probability == 0.5
    done = projected(task, *(report(8, 20, step=s, done=1) for s in ("permit", "grid")), **given)
    assert (done.status, done.probability) == ("achieved", 1.0)


def test_a_judgement_of_an_overdue_step_is_void_until_a_later_one() -> None:
    task, target = Task(steps=(PERMIT,)), Target("at_least", 1)
    before = report(8, 1, step="permit", judgement=0.9)
    given: dict[str, Any] = {"day": date(2021, 10, 31), "targets": (target,)}
    void = projected(task, before, **given)
    assert void.task is not None
    assert codes(void.task.missing) == ["overdue"]
    assert void.task.steps[0].overdue
    on_the_day = projected(task, before, day=date(2021, 9, 30), targets=(target,))
    assert on_the_day.probability == 0.9
    later = projected(task, before, report(10, 5, step="permit", judgement=0.6), **given)
    assert later.probability == 0.6


def test_one_judgement_of_the_whole_is_shared_over_the_open_steps() -> None:
    task = Task(steps=(PERMIT, GRID), judgement=0.49)
    target = Target("at_least", 2)
    given: dict[str, Any] = {"day": date(2021, 8, 31), "targets": (target,)}
    whole = projected(task, **given)
    assert whole.probability == pytest.approx(0.49)
    assert whole.task is not None
    assert codes(whole.task.assumptions) == ["judgement_shared"]
    half = projected(task, report(8, 20, step="permit", done=1), **given)
    assert half.probability == pytest.approx(0.7)


def test_a_checklist_is_missed_once_a_report_says_so_at_the_end() -> None:
    task, target = Task(steps=(PERMIT, GRID)), Target("at_least", 2)
    ticked = report(8, 20, step="permit", done=1)
    late = report(1, 10, 2022, step="grid", done=1)
    given: dict[str, Any] = {"day": date(2022, 1, 31), "targets": (target,)}
    missed = projected(task, ticked, late, **given)
    assert (missed.status, missed.attainments[0].actual) == ("missed", 1.0)
    recognised = Task(steps=(PERMIT, GRID), recognised_later=True)
    assert projected(recognised, ticked, late, **given).status == "achieved"
    assert projected(recognised, ticked, **given).status == "no_basis"


def test_a_period_that_ends_before_the_task_starts_counts_nothing() -> None:
    targets = (Target("at_least", 4, period="H1"),)
    one = projected(INSPECTIONS, report(8, 31, done=3), day=date(2021, 8, 31), targets=targets)
    assert one.task is not None
    assert codes(one.task.missing) == ["period_not_counted"]


def test_the_same_seed_gives_the_same_digits() -> None:
    given: dict[str, Any] = {"day": date(2021, 9, 15)}
    first, again = (projected(INSPECTIONS, report(8, 31, done=3), **given) for _ in range(2))
    assert (first.task, first.attainments) == (again.task, again.attainments)
    assert first.annual is not None
    assert again.annual is not None
    assert np.array_equal(first.annual.months, again.annual.months)
