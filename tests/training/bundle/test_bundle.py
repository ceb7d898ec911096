"""A bundle comes back whole or is refused; nothing in it can run."""

from __future__ import annotations

import json
import os
import pickle
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.calibration import uncalibrated
from models.errors import UnreadableBundle
from models.pipeline import Learned
from training.backtest.scoreboard import Scoreboard, scoreboard_of
from training.bundle.bundle import ARRAYS, DOCUMENT, Bundle, read_bundle, write_bundle
from training.bundle.codec import encode


@pytest.fixture
def bundle(scores: Scoreboard) -> Bundle:
    learned = Learned(
        parameters={"ets": {"smoothing": [0.1, 0.2], "level": np.array([1.0, np.nan, 3.0])}},
        failures={"sarima": "coal has 14 months"},
        weights={known: {"ets": 0.75, "pace": 0.25} for known in range(12)},
        calibration=uncalibrated(),
    )
    return Bundle(
        family="demo",
        as_of=date(2018, 6, 30),
        data_hash="d" * 64,
        kinds={"coal": "flow", "output": "growth"},
        units={"coal": "nghìn tấn", "output": "%"},
        learned={"coal": learned, "output": Learned()},
        scores=scores,
        settings={"candidates": "ets, pace"},
        provenance={"commit": "abc"},
    )


def learned_of(bundle: Bundle) -> tuple[object, dict[str, bytes]]:
    arrays: dict[str, np.ndarray] = {}
    return encode(bundle.learned, arrays, "b"), {name: a.tobytes() for name, a in arrays.items()}


def test_what_was_written_is_read(bundle: Bundle, tmp_path: Path) -> None:
    folder = write_bundle(bundle, tmp_path / "family" / "one")
    back = read_bundle(folder)
    assert {path.name for path in folder.iterdir()} == {DOCUMENT, ARRAYS}
    assert list(folder.parent.iterdir()) == [folder]
    assert learned_of(back) == learned_of(bundle)
    pd.testing.assert_frame_equal(back.scores.frame(), bundle.scores.frame())
    for name in ("family", "as_of", "data_hash", "kinds", "units", "settings", "provenance"):
        assert getattr(back, name) == getattr(bundle, name)
    assert back.content_hash == bundle.content_hash
    assert not back.scores.outcome.flags.writeable


def test_the_hash_covers_the_content_and_nothing_else(bundle: Bundle) -> None:
    coal = bundle.learned["coal"]
    level = coal.parameters["ets"]["level"] + 1
    refitted = replace(coal, parameters={"ets": {"smoothing": [0.1, 0.2], "level": level}})
    outcome = bundle.scores.outcome.copy()
    outcome[0] = np.nextafter(outcome[0], np.inf)
    changed = [
        replace(bundle, family="demo2"),
        replace(bundle, as_of=date(2018, 6, 29)),
        replace(bundle, data_hash="e" * 64),
        replace(bundle, kinds={**bundle.kinds, "coal": "count"}),
        replace(bundle, units={**bundle.units, "coal": "tấn"}),
        replace(bundle, settings={"candidates": "ets"}),
        replace(bundle, scores=replace(bundle.scores, outcome=outcome)),
        replace(bundle, learned={"coal": coal}),
        replace(bundle, learned={**bundle.learned, "output": replace(coal, weights={})}),
        replace(bundle, learned={**bundle.learned, "coal": refitted}),
    ]
    hashes = {one.content_hash for one in (bundle, *changed)}
    assert len(hashes) == len(changed) + 1
    assert replace(bundle, provenance={"workers": "64"}).content_hash == bundle.content_hash
    turned = dict(reversed(list(bundle.learned.items())))
    assert replace(bundle, learned=turned).content_hash == bundle.content_hash


def test_the_same_content_is_written_once(bundle: Bundle, tmp_path: Path) -> None:
    folder = write_bundle(bundle, tmp_path / "one")
    before = (folder / DOCUMENT).read_bytes()
    write_bundle(replace(bundle, provenance={"commit": "other"}), folder)
    assert (folder / DOCUMENT).read_bytes() == before


@pytest.mark.parametrize("file", [DOCUMENT, ARRAYS])
def test_writing_again_heals_a_damaged_folder(bundle: Bundle, tmp_path: Path, file: str) -> None:
    folder = write_bundle(bundle, tmp_path / "one")
    whole = (folder / file).read_bytes()
    (folder / file).write_bytes(whole[: len(whole) // 2])
    write_bundle(bundle, folder)
    assert read_bundle(folder).content_hash == bundle.content_hash
    (folder / file).unlink()
    write_bundle(bundle, folder)
    assert read_bundle(folder).content_hash == bundle.content_hash


def test_what_cannot_be_written_leaves_nothing(
    bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "family" / "one"
    odd = replace(bundle, learned={"coal": Learned(parameters={"ets": {"model": object()}})})
    with pytest.raises(TypeError, match="a object cannot be stored"):
        write_bundle(odd, folder)
    write_bundle(bundle, folder)

    def full(*_: object, **__: object) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(np, "savez_compressed", full)
    with pytest.raises(OSError, match="no space"):
        write_bundle(replace(bundle, family="other"), folder)
    assert [path.name for path in folder.parent.iterdir()] == ["one"]
    assert read_bundle(folder).family == "demo"


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def scrambled(path: Path) -> None:
    content = bytearray(path.read_bytes())
    for place in range(200, len(content), 97):
        content[place] ^= 0xFF
    path.write_bytes(content)


@pytest.mark.parametrize("file", [DOCUMENT, ARRAYS])
@pytest.mark.parametrize("damage", [cut_short, emptied, scrambled, Path.unlink])
def test_a_damaged_file_is_refused_by_name(
    bundle: Bundle, tmp_path: Path, file: str, damage: Callable[[Path], None]
) -> None:
    folder = write_bundle(bundle, tmp_path / "one")
    damage(folder / file)
    with pytest.raises(UnreadableBundle, match=str(folder)):
        read_bundle(folder)


@pytest.mark.slow
def test_no_flipped_byte_gives_another_content(bundle: Bundle, tmp_path: Path) -> None:
    folder = write_bundle(bundle, tmp_path / "one")
    for file in (DOCUMENT, ARRAYS):
        whole = (folder / file).read_bytes()
        for place in range(0, len(whole), max(1, len(whole) // 400)):
            flipped = bytearray(whole)
            flipped[place] ^= 0x21
            (folder / file).write_bytes(flipped)
            with suppress(UnreadableBundle):
                assert read_bundle(folder).content_hash == bundle.content_hash
        (folder / file).write_bytes(whole)


def test_another_format_version_says_what_to_do(bundle: Bundle, tmp_path: Path) -> None:
    folder = write_bundle(bundle, tmp_path / "one")
    document = json.loads((folder / DOCUMENT).read_text())
    (folder / DOCUMENT).write_text(json.dumps({**document, "format_version": 999}))
    with pytest.raises(UnreadableBundle, match=r"expected format version \d+, found 999. Retrain"):
        read_bundle(folder)


def test_a_bundle_of_the_format_before_answers_without_the_new_field(
    bundle: Bundle, tmp_path: Path
) -> None:
    folder = write_bundle(bundle, tmp_path / "one")
    document = json.loads((folder / DOCUMENT).read_text())
    for learned in document["content"]["learned"].values():
        del learned["fulfilment"]
    text = json.dumps(document["content"], sort_keys=True)
    document |= {"format_version": 3, "content_hash": sha256(text.encode()).hexdigest()}
    (folder / DOCUMENT).write_text(json.dumps(document))
    found = read_bundle(folder)
    assert learned_of(found) == learned_of(bundle)


@pytest.mark.parametrize("document", ["[]", "{}", '{"format_version": 1}', "not JSON", "NaN"])
def test_a_document_that_is_no_bundle_is_refused(
    bundle: Bundle, tmp_path: Path, document: str
) -> None:
    folder = write_bundle(bundle, tmp_path / "one")
    (folder / DOCUMENT).write_text(document)
    with pytest.raises(UnreadableBundle, match="expected"):
        read_bundle(folder)


def test_a_number_changed_by_hand_is_noticed(bundle: Bundle, tmp_path: Path) -> None:
    folder = write_bundle(bundle, tmp_path / "one")
    text = (folder / DOCUMENT).read_text()
    for new in ("0.85", "NaN"):
        (folder / DOCUMENT).write_text(text.replace("0.75", new))
        with pytest.raises(UnreadableBundle, match="does not agree with its hash"):
            read_bundle(folder)


class Explosive:
    """Makes a file when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return os.mkdir, (str(self.mark),)


def test_nothing_in_a_bundle_is_executed(bundle: Bundle, tmp_path: Path) -> None:
    mark, folder = tmp_path / "executed", write_bundle(bundle, tmp_path / "one")
    explosive = np.array([Explosive(mark)], dtype=object)
    pickled = pickle.dumps(Explosive(mark))
    with (tmp_path / "array.npy").open("wb") as file:
        np.save(file, explosive, allow_pickle=True)
    np.savez(tmp_path / "objects.npz", **{"0" * 32: explosive}, allow_pickle=True)
    (tmp_path / "bare.pkl").write_bytes(pickled)
    np.save(tmp_path / "plain.npy", np.zeros(3))
    for name in ("array.npy", "objects.npz", "bare.pkl", "plain.npy"):
        shutil.copy(tmp_path / name, folder / ARRAYS)
        with pytest.raises(UnreadableBundle, match=ARRAYS):
            read_bundle(folder)
        assert not mark.exists()
    pickle.loads(pickled)
    assert mark.exists()  # it does go off where pickles are loaded


def test_scores_of_nothing_are_kept_too(bundle: Bundle, tmp_path: Path) -> None:
    empty = replace(bundle, scores=scoreboard_of(pd.DataFrame([])))
    back = read_bundle(write_bundle(empty, tmp_path / "one"))
    assert back.scores.frame().empty
