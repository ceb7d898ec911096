"""What programs show in a terminal."""

from __future__ import annotations

import argparse
from datetime import date

import pytest

from models.errors import NoBundle
from training.console import failure_shown, progress_bar, vintage_day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2021-06", date(2021, 6, 30)),
        ("2020-02", date(2020, 2, 29)),
        ("2021-12", date(2021, 12, 31)),
        ("2021-06-15", date(2021, 6, 15)),
    ],
)
def test_a_month_means_its_last_day(text: str, day: date) -> None:
    assert vintage_day(text) == day


@pytest.mark.parametrize("text", ["2021", "2021-13", "2021-02-30", "06/2021", "", "2021-06-1"])
def test_anything_else_is_refused_with_what_is_expected(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="expected YYYY-MM or YYYY-MM-DD"):
        vintage_day(text)


def test_a_failure_a_person_can_act_on_is_its_message_and_exit_code_1(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit) as ended, failure_shown():
        raise NoBundle("none was ever trained.")
    assert ended.value.code == 1
    assert capsys.readouterr().err == "NoBundle: none was ever trained.\n"


def test_any_other_failure_is_raised_as_it_is() -> None:
    with pytest.raises(ZeroDivisionError), failure_shown():
        raise ZeroDivisionError


def test_the_progress_bar_is_on_standard_error_with_the_last_step(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with progress_bar("retraining") as progress:
        progress(1, 3, "coal 2017")
        progress(3, 3, "steel")
    told = capsys.readouterr()
    assert told.out == ""
    assert "retraining" in told.err
    assert "3/3" in told.err
    assert "steel" in told.err
