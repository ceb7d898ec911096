"""`vedich monthly`: what it prints and its exit code, in both languages, and a second time."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from data.db.store import Store
from data.home import tighten
from data.jobs.job import LeaseLost
from data.jobs.rows import jobs_of
from data.monthly.rows import runs_of
from data.notices.rows import notices_of
from data.plans.rows import save_plan
from data.vintages.rows import vintages_of
from service.cli.main import main
from tests.families import BRIDGE, small_plan
from tests.homes import open_store

pytestmark = pytest.mark.slow

PLAN = "lang-son-2021"
JUNE = date(2021, 6, 25)


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch, quick_retrain: Callable[..., Any]) -> list[str]:
    """The plans that were retrained; each quickly."""
    plans: list[str] = []

    def retrain(store: Any, settings: Any, plan: str, day: date, **_: Any) -> Any:
        plans.append(plan)
        return quick_retrain(store, settings, plan, day, promote=True)

    monkeypatch.setattr("training.retrain.retrain", retrain)
    return plans


@pytest.fixture
def watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "new"
    monkeypatch.setenv("VEDICH_WATCHED", str(folder))
    return folder


@pytest.fixture
def may(may_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The illustrative year before June's report came, where VEDICH_HOME points."""
    home = tmp_path / "may"
    shutil.copytree(may_home, home)
    tighten(home)
    for variable in ("VEDICH_DATABASE_URL", "MLFLOW_TRACKING_URI", "VEDICH_LANG"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("VEDICH_HOME", str(home))
    return home


@pytest.fixture
def monthly(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Runs the command: its exit code, and what it printed to each stream."""

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main(["monthly", *arguments])
        printed = capsys.readouterr()
        assert isinstance(ended.value.code, int | None)
        return ended.value.code or 0, printed.out, printed.err

    return run


def test_the_ordinary_report_of_a_month_needs_nobody_and_a_second_run_does_nothing(
    may: Path,
    june_workbook: Path,
    watched: Path,
    begun: list[str],
    monthly: Callable[..., tuple[int, str, str]],
) -> None:
    (watched / "lang-son").mkdir(parents=True)
    shutil.copy(june_workbook, watched / "lang-son")
    code, out, _ = monthly("--plan", PLAN)
    assert code == 0, out
    assert f"Đã nạp {june_workbook.name}: " in out
    assert "số liệu đến 25/6/2021" in out
    assert begun == [PLAN]
    store = open_store(may)
    assert vintages_of(store, "lang-son")[-1] == JUNE
    assert len(runs_of(store, PLAN)) == 1
    assert [(job.kind, job.state) for job in jobs_of(store)] == [("monthly", "done")]

    code, out, _ = monthly("--plan", PLAN, "--lang", "en")
    assert code == 0
    assert "Nothing new since the last run" in out
    assert "Loaded" not in out
    assert begun == [PLAN]
    assert len(runs_of(store, PLAN)) == 1
    store.close()


def test_a_report_with_a_figure_of_another_size_waits_with_the_reason(
    may: Path,
    june_workbook: Path,
    watched: Path,
    begun: list[str],
    monthly: Callable[..., tuple[int, str, str]],
) -> None:
    (watched / "lang-son").mkdir(parents=True)
    wrong = watched / "lang-son" / june_workbook.name
    book = openpyxl.load_workbook(june_workbook)
    cell = book["Thang 6"]["F24"]  # the month's turnover of hotels and restaurants
    cell.value *= 1000
    book.save(wrong)
    code, out, _ = monthly("--plan", PLAN, "--lang", "en")
    assert code == 1
    assert f"{wrong.name} was not loaded" in out
    assert "times the usual month" in out
    assert "June 2021" in out
    store = open_store(may)
    assert vintages_of(store, "lang-son")[-1] < JUNE
    (told,) = (one.notice for one in notices_of(store, PLAN) if one.notice.rule == "held")
    assert "lần mức thường của một tháng" in told.vi
    store.close()


def test_a_plan_that_fails_does_not_stop_the_others(
    home: Path, begun: list[str], monthly: Callable[..., tuple[int, str, str]]
) -> None:
    store = Store.open(f"sqlite:///{home / 'vedich.db'}")
    save_plan(store, small_plan("alone", 2018, [BRIDGE]))
    code, out, err = monthly("--all", "--workers", "1", "--lang", "en")
    assert code == 2
    assert out.endswith("1 of 2 plans done. Failed: alone-2018.\n")
    assert "vedich: alone-2018: plan family 'alone' has no figures yet" in err
    assert "entered in the ledger" in out
    assert begun == ["demo-2018"]
    assert {job.plan: job.state for job in jobs_of(store)} == {
        "alone-2018": "failed",
        "demo-2018": "done",
    }
    _, _, err = monthly("--all", "--workers", "1")
    assert "chưa có số liệu" in err
    store.close()


@pytest.mark.parametrize(
    ("error", "english", "vietnamese"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "disk is full", "Ổ đĩa đã đầy"),
        (LeaseLost(), "another process has taken up its job", "vedich job list"),
        (ValueError("a bug"), "Something went wrong inside", "người quản trị"),
        (OSError(errno.EINVAL, "Invalid argument"), "Something went wrong inside", "(nhật ký"),
    ],
)
def test_whatever_ends_a_run_is_said_and_is_no_exit_code_of_a_run_that_is_done(
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    monthly: Callable[..., tuple[int, str, str]],
    error: Exception,
    english: str,
    vietnamese: str,
) -> None:
    def retrain(*_: Any, **__: Any) -> Any:
        raise error

    monkeypatch.setattr("training.retrain.retrain", retrain)
    code, _, err = monthly("--plan", "demo-2018", "--lang", "en")
    assert code == 2
    assert english in err.splitlines()[-1]
    code, _, err = monthly("--plan", "demo-2018", "--lang", "vi")
    assert code == 2
    assert vietnamese in err.splitlines()[-1]
