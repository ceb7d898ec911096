"""Licences and advisories of dependencies: what `.ci/dependencies.py` finds, and that it finds."""

from __future__ import annotations

import importlib.util
import shutil
from datetime import date
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


PIP_AUDIT = {
    "dependencies": [
        {
            "name": "h11",
            "version": "0.14.0",
            "vulns": [
                {
                    "id": "PYSEC-2025-1",
                    "aliases": ["CVE-2025-99999", "GHSA-x"],
                    "fix_versions": ["0.17.0", "0.15.1"],
                    "description": "a\nmade-up   hole",
                }
            ],
        },
        {"name": "anyio", "version": "4.0", "vulns": []},
    ]
}
OSV = [
    {
        "id": "GHSA-y",
        "published": "2026-03-04T00:00:00Z",
        "summary": "another",
        "affected": [
            {
                "package": {"ecosystem": "PyPI", "name": "H11"},
                "ranges": [
                    {"type": "GIT", "events": [{"fixed": "abcdef"}]},
                    {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "0.15"}]},
                ],
            },
            {"package": {"ecosystem": "PyPI", "name": "not-ours"}, "ranges": []},
        ],
    },
    {"id": "GHSA-z", "withdrawn": "2026-01-01T00:00:00Z", "affected": []},
]


@pytest.mark.parametrize(
    ("export", "row"),
    [
        (PIP_AUDIT, "CVE-2025-99999,2026-11,h11,0.15.1,a made-up hole"),
        (OSV, "GHSA-y,2026-03,h11,0.15,another"),
        (OSV[0], "GHSA-y,2026-03,h11,0.15,another"),
    ],
)
def test_an_export_renews_the_list_and_its_day(
    checker: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, export: object, row: str
) -> None:
    (tmp_path / ".ci").mkdir()
    kept = tmp_path / ".ci" / "advisories.csv"
    shutil.copy(ROOT / ".ci" / "advisories.csv", kept)
    for lock in ("requirements.lock", "requirements-dev.lock"):
        (tmp_path / lock).write_text("h11==0.14.0 \\\n", "utf-8")
    monkeypatch.setattr(checker, "ROOT", tmp_path)
    before = kept.read_text("utf-8").splitlines()[1:]
    assert checker.renew(export, date(2026, 11, 30)) == 1
    after = kept.read_text("utf-8").splitlines()
    assert after[0] == "# renewed 2026-11-30"
    assert set(after[1:]) - set(before) == {row}
    assert set(before) <= set(after)
    assert checker.renew(export, date(2026, 12, 1)) == 0
    assert any(row.split(",")[0] in found for found in checker.vulnerable())


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
