"""Odd and damaged files: a right reading or a clear message.

All that are quickly made are read here; some go the whole way, by command and by
upload, in processes of their own. The rest is in `experiments/odd_files`.
"""

from __future__ import annotations

import resource
from pathlib import Path

import pytest

from data.ingestion.reading import Claims, read_file
from experiments.odd_files.child import outcome_of
from experiments.odd_files.family import KPIS, Figures
from experiments.odd_files.files import SEED, odd_files
from experiments.odd_files.outcome import OddFile, Outcome, failures
from experiments.odd_files.run import MOST_MB, prepared

SLOW = {
    *("bomb-zeros", "bomb-strings", "bomb-lies", "million-rows", "million-lines"),
    *("million-blank-lines", "million-blank-rows", "sixty-thousand-rows", "almost-too-many"),
    *("huge-line", "huge-field", "wide", "few-far-below"),
}
WHOLE_WAY = (
    *("form-cut-0.xlsx", "annex-cut-1.xls", "form-macros.xlsm", "tcvn3.xls"),
    *("differing-tidy.csv", "csv-unknown.csv"),
)
FILES = {file.name.removeprefix("2021-06-29-"): file for file in odd_files()}
QUICK = {name: file for name, file in FILES.items() if name.rpartition(".")[0] not in SLOW}


@pytest.mark.slow
def test_there_are_two_hundred_and_the_seed_makes_them() -> None:
    assert len(FILES) >= 200
    assert len(QUICK) >= 200
    again = odd_files(SEED)
    for name in ("form-cut-0.xlsx", "annex-wrong-bytes-1.xls", "noise-2.xlsx"):
        twin = next(file for file in again if file.name.endswith(name))
        # an archive holds the clock, to two seconds: three tries, one of them within
        assert any(FILES[name].make() == twin.make() for _ in range(3)), name
    other = {file.name: file for file in odd_files(SEED + 1)}
    assert other["2021-06-29-noise-0.csv"].make() != FILES["noise-0.csv"].make()


@pytest.mark.parametrize("name", QUICK)
def test_a_file_is_read_right_or_refused(name: str) -> None:
    file = QUICK[name]
    found = read_file(file.make(), file.name, Claims.of(KPIS, {}), None)
    message = found.problem or found.blocked or ""
    figures: Figures = {
        (one.kpi, str(one.month), one.form): one.value for one in found.observations
    }
    outcome = Outcome(
        message=message,
        figures={} if message else figures,
        summary=" ".join([*found.notes, *(row.label for row in found.unknown)]),
        rows_before=0,
        rows_after=0,
        upload_message=message,
        upload_figures={} if message else figures,
        upload_rows=0,
        traceback=False,
        exit_code=2 if message else 0,
        peak_mb=0.0,
        seconds=0.0,
    )
    assert failures(file, outcome, MOST_MB) == []


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepared(tmp_path_factory.mktemp("odd") / "home")


@pytest.mark.parametrize("name", WHOLE_WAY)
def test_a_file_by_command_and_by_upload(name: str, home: Path, tmp_path: Path) -> None:
    ours = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1.024 / 1000  # children share it
    found = outcome_of(FILES[name], home, tmp_path)
    assert failures(FILES[name], found, MOST_MB + ours) == []
    assert (found.rows_after == found.rows_before) == bool(found.message)


def test_unexpected_results_are_reported() -> None:
    nothing = OddFile("a.csv", "", bytes, "reads", figures={("cement", "2021-06", "month"): 90.0})
    bad = Outcome("", {}, "", 5, 5, "", {}, 0, False, 0, 700.0, 0.0)
    assert [wrong.partition(" ")[0] for wrong in failures(nothing, bad, 500)] == [
        "700",
        "expected",
    ]
    partial = Outcome("no", {}, "", 5, 6, "no", {}, 2, True, 2, 1.0, 0.0)
    refused = OddFile("a.csv", "", bytes, "refused", ("cell B2",))
    message = " ".join(failures(refused, partial, 500))
    for words in (
        "a traceback",
        "1 rows were written",
        "wrote 2 figures",
        "does not say 'cell B2'",
    ):
        assert words in message
