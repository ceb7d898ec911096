"""The twelve workbooks of the illustrative year, dropped in one after another in a browser."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from data.samples.lang_son.workbooks import write_workbooks
from data.samples.load import load_sample
from data.vintages.panel_rows import load_panel
from models.series import Month
from tests.homes import Run
from tests.service.pages.conftest import Served, serving

pytestmark = pytest.mark.slow


@pytest.fixture
def before_2021(tmp_path: Path, this_run: Run) -> Iterator[Served]:
    """The service as a department has it on 1 January: the history, no report of 2021."""

    def make(home: Path) -> None:
        store = this_run.new_store(home)
        load_sample(store, "lang-son-2021", until=date(2020, 12, 31))
        store.close()

    with serving(this_run.copy("lang-son-2020", make, tmp_path / "home")) as service:
        yield service


def test_each_of_the_twelve_workbooks_is_previewed_and_accepted(
    before_2021: Served, chromium: Any, tmp_path: Path
) -> None:
    at = f"{before_2021.address}/plans/lang-son-2021/data?lang=vi"
    for file in write_workbooks(tmp_path / "workbooks"):
        chromium.open(at)
        chromium.find("#u-file").send_keys(str(file))
        chromium.press(chromium.find("#upload button"))
        shown = chromium.text()
        assert "chưa biết là chỉ tiêu nào" not in shown, file.name
        assert file.name in shown
        assert "figures" not in shown  # every remark is in Vietnamese
        chromium.press(chromium.find("#commit button"))
        assert "Đã ghi:" in chromium.text(), file.name
    panel = load_panel(before_2021.store, "lang-son")
    turnover = panel.series_as_of("turnover", date(2021, 12, 31))
    assert turnover.cutoff == Month(2021, 12)
