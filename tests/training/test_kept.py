"""Results as files: read back exactly, never trusted, never in the way."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from training.kept import Kept

KEY = "ab" + "0" * 62


def test_a_value_is_read_back_to_the_last_digit(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "cache", 10**6)
    assert kept.get(KEY) is None
    value = {"third": 1 / 3, "none": None, "words": ["thép", 0.1 + 0.2], "nan": float("nan")}
    kept.put(KEY, value)
    found = Kept(tmp_path / "cache", 10**6).get(KEY)
    assert found["third"] == 1 / 3
    assert found["words"] == ["thép", 0.1 + 0.2]
    assert found["nan"] != found["nan"]


@pytest.mark.parametrize("damage", [b"", b"x", b"0" * 200])
def test_a_damaged_file_is_as_if_it_were_not_there(tmp_path: Path, damage: bytes) -> None:
    kept = Kept(tmp_path, 10**6)
    kept.put(KEY, {"a": 1})
    (file,) = (path for path in tmp_path.rglob("*") if path.is_file())
    file.write_bytes(damage)
    assert kept.get(KEY) is None
    kept.put(KEY, {"a": 2})
    assert kept.get(KEY) == {"a": 2}


def test_what_was_not_used_for_longest_goes_first(tmp_path: Path) -> None:
    kept = Kept(tmp_path, 450)
    keys = [f"{number:02x}" + "0" * 62 for number in range(4)]
    for age, key in enumerate(keys):
        kept.put(key, list(range(60)))
        for file in (tmp_path / key[:2]).iterdir():
            os.utime(file, (1000 + age, 1000 + age))
    assert kept.get(keys[0]) is not None  # used now
    kept.tidy()
    assert [kept.get(key) is not None for key in keys] == [True, False, False, True]
    assert sum(file.stat().st_size for file in tmp_path.rglob("*") if file.is_file()) <= 450


def test_a_folder_that_cannot_be_written_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where the folder would be")
    kept = Kept(tmp_path / "cache", 10**6)
    kept.put(KEY, 1)
    assert kept.get(KEY) is None
    kept.tidy()


def test_who_only_reads_does_not_look_at_all_files(tmp_path: Path) -> None:
    Kept(tmp_path, 10**6).put(KEY, 1)
    kept = Kept(tmp_path, 0)
    assert kept.get(KEY) == 1
    kept.tidy()
    assert kept.get(KEY) == 1
    kept.put("cd" + KEY[2:], 2)
    kept.tidy()
    assert kept.get(KEY) is None
