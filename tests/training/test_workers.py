"""Any number of workers: the same results, in the order of the items."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest

from models.errors import InputError
from training.workers import Workers


def shifted(shared: dict[str, int], item: int) -> int:
    return shared["shift"] + item


def refusing(shared: None, item: int) -> int:
    if item == 2:
        raise InputError("expected anything but 2")
    return item


@pytest.mark.slow
@pytest.mark.parametrize("number", [1, 2])
def test_results_come_in_the_order_of_the_items(number: int) -> None:
    told: list[int] = []
    with Workers({"shift": 10}, number) as workers:
        assert workers.run(shifted, [5, 3, 9, 1], told.append) == [15, 13, 19, 11]
        assert workers.run(shifted, []) == []
        assert workers.run(shifted, [2]) == [12]
    assert sorted(told) == [1, 3, 5, 9]


@pytest.mark.slow
@pytest.mark.parametrize("number", [1, 2])
def test_an_error_of_a_task_is_raised_as_it_is(number: int) -> None:
    with pytest.raises(InputError, match="anything but 2"), Workers(None, number) as workers:
        workers.run(refusing, [1, 2, 3, 4])


@pytest.mark.slow
def test_what_is_shared_is_gone_from_the_disk_afterwards(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with Workers({"shift": 1}, 2) as workers:
        assert list(tmp_path.glob("*/shared.pickle"))
        assert workers.run(shifted, [1, 2]) == [2, 3]
    assert not list(tmp_path.iterdir())
