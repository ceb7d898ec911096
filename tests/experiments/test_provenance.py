"""Results say what they were made with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from experiments import provenance


def test_the_processor_is_the_one_the_system_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tmp_path / "cpuinfo"
    told.write_text("processor\t: 0\nmodel name\t: Made-up 3000 @ 2 GHz\n", encoding="utf-8")
    monkeypatch.setattr(provenance, "_CPUINFO", told)
    assert provenance.processor() == "Made-up 3000 @ 2 GHz"


def test_what_is_written_beside_a_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provenance, "_STARTED_FROM", "abc+")
    provenance.write_provenance(tmp_path, "python -m x", "numpy")
    found = json.loads((tmp_path / "made_with.json").read_text(encoding="utf-8"))
    assert found["command"] == "python -m x"
    assert found["commit"] == "abc+"
    assert {"processor", "cores", "python", "numpy"} <= set(found)
