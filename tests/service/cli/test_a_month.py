"""A month of the illustrative year on the command line: from its workbook to the issued report."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest

from data.home import tighten
from service.cli.main import main

pytestmark = pytest.mark.slow

PLAN = ("--plan", "lang-son-2021")
MONTH = "2021-06"


def test_june_from_its_workbook_to_the_issued_report(
    may_home: Path,
    june_workbook: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    quick_retrain: Callable[..., Any],
) -> None:
    home = tmp_path / "home"
    shutil.copytree(may_home, home)
    tighten(home)
    for variable in ("VEDICH_DATABASE_URL", "MLFLOW_TRACKING_URI", "VEDICH_LANG"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("VEDICH_HOME", str(home))
    monkeypatch.setattr("training.retrain.retrain", quick_retrain)

    def vedich(*arguments: object) -> str:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        assert not ended.value.code, printed.err
        return " ".join(printed.out.replace("│", "").split())

    assert "Dry run: nothing was written" in vedich("ingest", june_workbook, *PLAN, "--dry-run")
    loaded = vedich("ingest", june_workbook, *PLAN)
    assert "files with a problem 0" in loaded
    assert "unknown rows 0" in loaded
    vedich("retrain", *PLAN, "--as-of", MONTH)
    shown = vedich("project", *PLAN, "--as-of", MONTH)
    assert "số liệu minh họa" in shown  # the terminal speaks the language of the plan
    vedich("month", "estimate", MONTH, "turnover", "4250", "--reason", "six months' pace", *PLAN)
    for step in ("checked", "approved", "issued"):
        vedich("month", "sign", MONTH, step, *PLAN)
    said = vedich("month", "show", MONTH, *PLAN)
    assert "issued" in said or "phát hành" in said
    out = tmp_path / "report.docx"
    vedich("report", *PLAN, "--as-of", MONTH, "--lang", "vi", "--out", out)
    document = docx.Document(str(out))
    text = " ".join(one.text for one in document.paragraphs)
    assert "SỐ LIỆU MINH HỌA" in text
    assert "ước cả năm đạt 4.250,0 triệu USD" in text.replace("Ước", "ước")
    header = " ".join(
        one.text for section in document.sections for one in section.header.paragraphs
    )
    assert "DỰ THẢO" not in header  # it is issued
