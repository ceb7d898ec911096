"""The twelve workbooks of 2021, loaded by the importer, give the shipped history."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from data.db.store import Store
from data.ingestion.ingest import ingest
from data.samples.files import read_sample
from data.samples.lang_son.workbooks import write_workbooks
from data.samples.load import load_sample
from data.vintages.comparison import identity
from data.vintages.panel_rows import load_panel

pytestmark = pytest.mark.slow


def test_dropping_in_all_twelve_gives_the_shipped_vintages(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path}/house.db")
    load_sample(store, "lang-son-2021", until=date(2020, 12, 31))
    known = {identity(one) for one in load_panel(store, "lang-son").figures()}
    files = write_workbooks(tmp_path / "workbooks")
    assert [file.name[:10] for file in files] == sorted(file.name[:10] for file in files)
    assert len(files) == 12
    report = ingest(store, "lang-son", files)
    assert report.problems == ()
    _, figures = read_sample("lang-son-2021")
    loaded = {identity(one) for one in load_panel(store, "lang-son").figures()} - known
    shipped = {
        identity(one)
        for one in figures
        if one.source.startswith("Báo cáo tháng minh họa") and one.published.year == 2021
    }
    assert loaded == shipped
    store.close()


def test_the_same_workbook_is_written_again(tmp_path: Path) -> None:
    first, again = (write_workbooks(tmp_path / name)[5] for name in ("one", "two"))
    assert first.read_bytes() == again.read_bytes()
