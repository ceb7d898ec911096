"""`vedich changes`, `contributions` and `scenario` at a terminal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from service.cli.main import main


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as exit_:
        main(list(arguments))
    out, err = capsys.readouterr()
    return int(exit_.value.code or 0), out, err


@pytest.mark.slow
def test_changes_in_words_and_as_json(home: Path, capsys: Any) -> None:
    ends = ("--from", "2018-05", "--to", "2018-06")
    code, out, _ = run(capsys, "changes", *ends)
    assert code == 0
    assert "31/5/2018 đến 30/6/2018" in out
    assert "Tháng mới" in out
    code, out, _ = run(capsys, "changes", *ends, "--kpi", "coal", "--lang", "en")
    assert "New month" in out
    assert "Projected year (thousand tonnes)" in out
    code, out, _ = run(capsys, "changes", *ends, "--format", "json")
    assert {one["kpi"] for one in json.loads(out)["changes"]} >= {"coal", "steel"}
    code, _, err = run(capsys, "changes", "--from", "2018-06", "--to", "2018-05")
    assert (code, "before 'to'" in err) == (2, True)


def test_contributions(home: Path, capsys: Any) -> None:
    code, out, _ = run(capsys, "contributions", "both", "--lang", "en")
    assert code == 0
    assert "Coal" in out
    assert "thousand tonnes (estimate)" in out
    code, out, _ = run(capsys, "contributions", "both", "--format", "json")
    assert json.loads(out)["breakdowns"][0]["parts"]


@pytest.mark.slow
def test_a_scenario_is_run_listed_and_shown(home: Path, capsys: Any) -> None:
    lever = ("--kpi", "coal", "--month", "2018-11", "--month", "2018-12", "--value", "-20")
    code, out, _ = run(capsys, "scenario", "run", "--name", "less", "--lang", "en", *lever)
    assert code == 0
    assert "internal use only" in out
    assert "Coal, thousand tonnes" in out
    _, out, _ = run(
        capsys, "scenario", "run", "--name", "x", "--forget", "--format", "json", *lever
    )
    assert json.loads(out)["results"][0]["changed_months"] == ["2018-11", "2018-12"]
    _, out, _ = run(capsys, "scenario", "list", "--lang", "en")
    assert out.startswith("1  less  coal")
    assert "--preset border-closure" in out
    assert "\n2 " not in out  # the one that was forgotten
    _, out, _ = run(capsys, "scenario", "show", "1", "--format", "json")
    assert json.loads(out)["name"] == "less"
    closure = ("--preset", "border-closure", "--kpi", "coal", "--share", "31", "--lang", "vi")
    _, out, _ = run(capsys, "scenario", "run", *closure)
    assert "không phải số liệu công bố" in out
    code, _, err = run(capsys, "scenario", "run", "--name", "n", "--value", "-20")
    assert (code, "expected the KPI" in err) == (2, True)
