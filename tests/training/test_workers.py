"""Any number of workers: the same results, in the order of the items."""

from __future__ import annotations

import pytest

from models.errors import InputError
from training.workers import run_tasks


def shifted(shared: dict[str, int], item: int) -> int:
    return shared["shift"] + item


def refusing(shared: None, item: int) -> int:
    if item == 2:
        raise InputError("expected anything but 2")
    return item


@pytest.mark.parametrize("workers", [1, 2])
def test_results_come_in_the_order_of_the_items(workers: int) -> None:
    items = [5, 3, 9, 1]
    assert run_tasks(shifted, {"shift": 10}, items, workers=workers) == [15, 13, 19, 11]


@pytest.mark.parametrize("workers", [1, 2])
def test_progress_is_told_once_per_task(workers: int) -> None:
    told: list[tuple[int, int, str]] = []
    run_tasks(
        shifted,
        {"shift": 0},
        [1, 2, 3],
        workers=workers,
        progress=lambda done, total, label: told.append((done, total, label)),
        label=lambda item: f"item {item}",
    )
    assert [(done, total) for done, total, _ in told] == [(1, 3), (2, 3), (3, 3)]
    assert {label for *_, label in told} == {"item 1", "item 2", "item 3"}


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_of_a_task_is_raised_as_it_is(workers: int) -> None:
    with pytest.raises(InputError, match="anything but 2"):
        run_tasks(refusing, None, [1, 2, 3, 4], workers=workers)


def test_no_items_give_no_results() -> None:
    assert run_tasks(shifted, {"shift": 0}, [], workers=2) == []
