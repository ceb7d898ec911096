"""A house while it works, backed up and restored: 20 stamps replay to the same digits."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from data.db.audit import record
from data.db.store import Store
from data.db.verification import verify
from data.settings import Settings
from service.cli.main import main
from service.projections.basis import as_of_date
from service.projections.issue import issue
from service.projections.replay import replay

pytestmark = pytest.mark.slow


def run(*words: str) -> int | str | None:
    with pytest.raises(SystemExit) as left:
        main(words)
    return left.value.code


def test_what_a_body_owns_projects_the_same_in_another_house(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(home=home, mlflow_tracking_uri=None)
    store = Store.open(settings.store_url)
    days = [as_of_date(month) for month in ("2018-03", "2018-05", "2018-06")]
    before = [one.view for day in days for one in issue(store, settings, "demo-2018", day)]
    store.close()
    assert run("export", str(tmp_path / "e.zip"), "--plan", "demo-2018") == 0
    new = tmp_path / "new"
    monkeypatch.setenv("VEDICH_HOME", str(new))
    assert run("import", "load", str(tmp_path / "e.zip")) == 0
    settings = Settings(home=new, mlflow_tracking_uri=None)
    again = Store.open(settings.store_url)
    after = [one.view for day in days for one in issue(again, settings, "demo-2018", day)]
    assert after == before
    assert replay(again, settings, before[0].stamp).same
    again.close()


def test_twenty_stamps_replay_before_and_after(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    settings = Settings(home=home, mlflow_tracking_uri=None)
    store = Store.open(settings.store_url)
    stamps = {
        one.stamp
        for month in ("2018-03", "2018-04", "2018-05", "2018-06")
        for one in issue(store, settings, "demo-2018", as_of_date(month))
    }
    assert len(stamps) >= 20
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
    assert all(one.same for one in (*before.values(), *after.values()))
    assert {stamp: one.projection for stamp, one in after.items()} == {
        stamp: one.projection for stamp, one in before.items()
    }
    assert verify(again).broken is None
    again.close()
    assert run("restore", str(tmp_path / "b.zip")) == 2
    assert "expected an empty folder" in capsys.readouterr().err
