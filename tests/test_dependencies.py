"""Licences and advisories of dependencies: what `.ci/dependencies.py` finds, and that it finds."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def checker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("dependencies", ROOT / ".ci" / "dependencies.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_licences_and_versions_are_in_order(checker: ModuleType) -> None:
    assert list(checker.refused()) == []
    assert list(checker.vulnerable()) == []


def test_a_version_that_went_back_is_found(
    checker: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "advisories.csv", tmp_path / ".ci")
    (tmp_path / "requirements.lock").write_text("h11==0.14.0 \\\n", "utf-8")
    (tmp_path / "requirements-dev.lock").write_text("h11==0.16.0 \\\n", "utf-8")
    monkeypatch.setattr(checker, "ROOT", tmp_path)
    (found,) = checker.vulnerable()
    assert found.startswith("requirements.lock: h11 0.14.0 has CVE-2025-43859 ")


@pytest.mark.parametrize(
    ("licence", "program", "tool"),
    [
        ("MIT License", True, True),
        ("GPL-3.0", False, True),
        ("Apache-2.0 OR GPL-3.0", True, True),
        ("MIT AND GPL-3.0", False, True),
        ("Apache Software License; BSD License", True, True),
        ("Proprietary", False, False),
    ],
)
def test_which_licences_are_allowed(
    checker: ModuleType, monkeypatch: pytest.MonkeyPatch, licence: str, program: bool, tool: bool
) -> None:
    monkeypatch.setattr(checker, "licences", lambda: {"one": licence, "two": licence})
    locks = {
        "requirements.lock": {"one": "1"},
        "requirements-dev.lock": {"one": "1", "two": "1"},
    }
    monkeypatch.setattr(checker, "pins", locks.get)
    refused = {line.partition(":")[0] for line in checker.refused()}
    assert refused == {name for name, ok in (("one", program), ("two", tool)) if not ok}
