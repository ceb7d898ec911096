"""A home is its owner's only: what is made in it, and what others could read before."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from data.db.store import Store
from data.home import tighten


def modes(home: Path) -> set[str]:
    return {f"{stat.S_IMODE(path.stat().st_mode):o}" for path in (home, *home.rglob("*"))}


@pytest.mark.slow
def test_whatever_a_command_makes_is_its_owners(tmp_path: Path) -> None:
    home = tmp_path / "home"
    ran = subprocess.run(
        [sys.executable, "-m", "service.cli.main", "init", "--sample", "lang-son-2021"],
        env={**os.environ, "VEDICH_HOME": str(home)},
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        preexec_fn=lambda: os.umask(0),
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert modes(home) == {"700", "600"}


def test_a_database_is_its_owners_whoever_opens_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        store = Store.open(f"sqlite:///{tmp_path / 'home' / 'vedich.db'}")
        with store.writing():
            assert modes(tmp_path / "home") == {"700", "600"}  # its WAL too
        store.close()
    finally:
        os.umask(before)


def test_a_home_that_was_open_is_closed_once(tmp_path: Path) -> None:
    home = tmp_path / "home"
    (home / "bundles").mkdir(parents=True)
    (home / "bundles" / "a.json").write_text("{}", "utf-8")
    outside = tmp_path / "outside"
    outside.write_text("", "utf-8")
    (home / "link").symlink_to(outside)
    for path, mode in ((home, 0o755), (home / "bundles", 0o775), (outside, 0o644)):
        path.chmod(mode)
    (home / "bundles" / "a.json").chmod(0o664)
    assert tighten(home) == 3
    assert tighten(home) == 0
    (home / "link").unlink()
    assert modes(home) == {"700", "600"}
    assert stat.S_IMODE(outside.stat().st_mode) == 0o644
    assert tighten(tmp_path / "none") == 0
