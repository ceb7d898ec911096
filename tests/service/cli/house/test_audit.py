"""`vedich audit verify` and `head`: what they print, in both languages, and exit codes."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from service.cli.main import main


def run(*words: str) -> int | str | None:
    with pytest.raises(SystemExit) as left:
        main(words)
    return left.value.code


def test_a_chain_that_holds_and_one_that_does_not(home: Path, capsys: Any) -> None:
    assert run("audit", "head") == 0
    number, hash_, *_ = capsys.readouterr().out.split()
    assert int(number) > 0
    assert run("audit", "verify", "--head", hash_, "--lang", "en") == 0
    assert f"Head: {hash_}" in capsys.readouterr().out
    assert run("audit", "verify", "--head", "f" * 64, "--lang", "en") == 1
    assert "not in the chain" in capsys.readouterr().out
    with closing(sqlite3.connect(home / "vedich.db")) as owner, owner:
        owner.execute("DROP TRIGGER observations_no_update")
        owner.execute("UPDATE observations SET value = value + 1 WHERE id = 12")
    assert run("audit", "verify", "--lang", "en") == 1
    assert "row 12 of observations was changed" in capsys.readouterr().out
    assert run("audit", "verify", "--lang", "vi") == 1
    assert "dòng 12 của bảng observations đã bị sửa" in capsys.readouterr().out
