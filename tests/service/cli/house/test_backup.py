"""A house while it works, backed up and restored: 20 stamps replay to the same digits."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from data.db.audit import record
from data.db.chain import verify
from data.db.store import Store
from data.settings import Settings
from service.cli.main import main
from service.projections.issue import issue
from service.projections.replay import replay

pytestmark = pytest.mark.slow


def run(*words: str) -> int | str | None:
    with pytest.raises(SystemExit) as left:
        main(words)
    return left.value.code


def test_twenty_stamps_replay_before_and_after(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    settings = Settings(home=home, mlflow_tracking_uri=None)
    store = Store.open(settings.store_url)
    stamps: list[str] = []
    for month in range(1, 7):
        from service.projections.basis import as_of_date

        day = as_of_date(f"2018-{month:02}")
        try:
            stamps += [one.stamp for one in issue(store, settings, "demo-2018", day)]
        except Exception:  # noqa: BLE001 - no model answers for the first months
            continue
    stamps = list(dict.fromkeys(stamps))
    before = {stamp: replay(store, settings, stamp) for stamp in stamps}
    stop = threading.Event()

    def go_on() -> None:
        while not stop.is_set():
            record(store, "os:somebody", "plan.save", "while it works")

    writer = threading.Thread(target=go_on)
    writer.start()
    try:
        assert run("backup", str(tmp_path / "b.zip")) == 0
    finally:
        stop.set()
        writer.join()
    store.close()
    new = tmp_path / "new"
    monkeypatch.setenv("VEDICH_HOME", str(new))
    assert run("restore", str(tmp_path / "b.zip")) == 0
    assert "every hash agrees" in capsys.readouterr().out
    settings = Settings(home=new, mlflow_tracking_uri=None)
    again = Store.open(settings.store_url)
    after = {stamp: replay(again, settings, stamp) for stamp in stamps}
    assert len(after) >= 12
    assert all(one.same for one in (*before.values(), *after.values()))
    assert {stamp: one.projection for stamp, one in after.items()} == {
        stamp: one.projection for stamp, one in before.items()
    }
    assert verify(again).broken is None
    again.close()
    assert run("restore", str(tmp_path / "b.zip")) == 2
    assert "expected an empty folder" in capsys.readouterr().err
