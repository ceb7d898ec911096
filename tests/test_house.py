"""The house: rooms small enough to read, each saying what it owns; tests at the mirrored path."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TOPS = ("data", "models", "training", "service")
MOST_MODULES = 15
ROOMS = sorted(
    {module.parent for top in TOPS for module in (ROOT / top).rglob("*.py")},
    key=lambda room: room.relative_to(ROOT).as_posix(),
)


def _name(room: Path) -> str:
    return room.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("room", ROOMS, ids=_name)
def test_a_room_is_one_subject(room: Path) -> None:
    modules = [module.name for module in room.glob("*.py")]
    assert len(modules) <= MOST_MODULES, f"{_name(room)} has {len(modules)} modules"


@pytest.mark.parametrize(
    "room", [room for room in ROOMS if "migrations/versions" not in _name(room)], ids=_name
)
def test_a_room_says_what_it_owns_and_what_it_never_does(room: Path) -> None:
    said = ast.get_docstring(ast.parse((room / "__init__.py").read_text(encoding="utf-8")))
    assert said is not None, f"{_name(room)}/__init__.py says nothing"
    assert "never" in said.lower(), f"{_name(room)}/__init__.py does not say what it never does"


def test_tests_stand_at_the_mirrored_path() -> None:
    astray = [
        test.relative_to(ROOT).as_posix()
        for top in TOPS
        for test in (ROOT / "tests" / top).rglob("test_*.py")
        if not (ROOT / test.parent.relative_to(ROOT / "tests") / "__init__.py").is_file()
    ]
    assert not astray, f"no room of that name: {astray}"
