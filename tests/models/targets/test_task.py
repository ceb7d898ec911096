"""What is known of a task on a day: reports replace what they say anew, nothing else."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import given, strategies as st

from models.targets.task import Judgement, Progress, State, Step, Task, state_of

ADOPTED = date(2021, 6, 30)
STEPS = (Step("permit", "Cấp phép", "Permit", judgement=0.9), Step("grid", "Đấu nối", "Grid"))


def said(month: int, day: int = 1, **given: Any) -> Progress:
    return Progress("task", date(2021, month, day), given.pop("by", "An"), **given)


def known(task: Task, *progress: Progress, day: date = date(2021, 12, 31)) -> State:
    return state_of(task, ADOPTED, "Decision 1", progress, day)


def test_without_reports_only_the_plan_speaks() -> None:
    state = known(Task(obstacle="thiếu vốn", judgement=0.7))
    assert (state.done, state.counts, state.reported) == (None, (), None)
    assert state.obstacle == "thiếu vốn"
    assert state.judgement == Judgement(0.7, ADOPTED, "Decision 1")


def test_later_reports_are_not_known_earlier() -> None:
    reports = (said(8, done=3, obstacle="dịch"), said(10, done=6, obstacle=""))
    early = known(Task(), *reports, day=date(2021, 9, 30))
    assert (early.done, early.obstacle, early.reported) == (3, "dịch", date(2021, 8, 1))
    late = known(Task(), *reports)
    assert (late.done, late.obstacle) == (6, "")
    assert late.counts == ((date(2021, 8, 1), 3), (date(2021, 10, 1), 6))


def test_what_a_report_does_not_say_stays() -> None:
    state = known(Task(), said(8, done=3, obstacle="dịch"), said(9, judgement=0.4, by="Bình"))
    assert (state.done, state.obstacle) == (3, "dịch")
    assert state.judgement == Judgement(0.4, date(2021, 9, 1), "Bình")
    assert (state.reported, state.reported_by) == (date(2021, 9, 1), "Bình")


def test_of_one_day_the_last_entered_holds() -> None:
    assert known(Task(), said(8, done=3), said(8, done=4)).done == 4
    assert known(Task(judgement=0.7), said(6, 30, judgement=0.2)).judgement == Judgement(
        0.2, ADOPTED, "An"
    )


def test_the_plan_speaks_over_what_was_reported_before_its_adoption() -> None:
    state = known(Task(judgement=0.7), said(5, judgement=0.2, obstacle="cũ"))
    assert state.judgement == Judgement(0.7, ADOPTED, "Decision 1")
    assert state.obstacle == "cũ"  # of it the version says nothing


def test_a_correction_downwards_holds_for_the_days_before() -> None:
    state = known(Task(), said(7, done=2), said(8, done=5), said(9, done=3))
    assert [count for _, count in state.counts] == [2, 3, 3]


def test_steps_are_ticked_and_taken_back() -> None:
    task = Task(steps=STEPS)
    first = said(8, step="permit", done=1)
    assert known(task, first, said(9, step="permit", done=1)).steps_done == {
        "permit": date(2021, 8, 1)
    }
    assert known(task, first).done == 1
    assert known(task, first, said(9, step="permit", done=0)).done == 0
    assert known(task, first, said(9, step="gone", done=1)).done == 1  # no longer a step
    judged = known(task, said(8, step="grid", judgement=0.3))
    assert judged.step_judgements["permit"].probability == 0.9
    assert judged.step_judgements["grid"] == Judgement(0.3, date(2021, 8, 1), "An")
    assert judged.judgement is None


def test_final_is_taken_back_by_a_later_count() -> None:
    assert known(Task(), said(8, done=3, final=True)).final
    assert known(Task(), said(8, done=3, final=True), said(9, obstacle="x")).final
    assert not known(Task(), said(8, done=3, final=True), said(9, done=4)).final


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(0, 9)), max_size=8), st.integers(1, 12))
def test_what_comes_later_changes_no_earlier_view(
    reports: list[tuple[int, int]], cut: int
) -> None:
    progress = [said(month, done=count) for month, count in reports]
    day = date(2021, cut, 1)
    assert known(Task(), *progress, day=day) == known(
        Task(), *(one for one in progress if one.day <= day), day=day
    )
