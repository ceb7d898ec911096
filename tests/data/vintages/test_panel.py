"""The panel on the real annexes: nothing published later is ever seen."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from data.db.store import Store
from data.ingestion.ingest import ingest
from data.plans.rows import save_plan
from data.samples.files import read_sample
from data.vintages.panel import Panel
from data.vintages.panel_rows import load_panel
from tests.homes import Run

pytestmark = pytest.mark.slow

KPIS = ("exports", "turnover", "retail_sales_and_services", "iip", "coal", "investment_total")


@pytest.fixture(scope="module")
def annexes(shared_data: Path) -> list[Path]:
    files = sorted((shared_data / "gso" / "workbooks").iterdir())
    return [file for file in files if "2019-10" <= file.name[:7] <= "2021-07"]


@pytest.fixture(scope="module")
def everything(
    annexes: list[Path], tmp_path_factory: pytest.TempPathFactory, this_run: Run
) -> Panel:
    """The panel of all annexes."""
    return panel_of(annexes, this_run.new_store(tmp_path_factory.mktemp("annexes")))


def panel_of(files: list[Path], store: Store) -> Panel:
    plan, _ = read_sample("vietnam-2021")
    save_plan(store, plan)
    report = ingest(store, plan.family, files, workers=1)
    assert report.problems == ()
    panel = load_panel(store, plan.family)
    store.close()
    return panel


@pytest.mark.parametrize("day", [date(2020, 9, 30), date(2021, 1, 31), date(2021, 6, 15)])
def test_files_published_later_change_no_earlier_series(
    annexes: list[Path], everything: Panel, tmp_path: Path, this_run: Run, day: date
) -> None:
    early = [file for file in annexes if file.name[:10] <= str(day)]
    then = panel_of(early, this_run.new_store(tmp_path))
    for kpi in KPIS:
        one, two = everything.series_as_of(kpi, day), then.series_as_of(kpi, day)
        np.testing.assert_array_equal(one.values, two.values)
        np.testing.assert_array_equal(one.base, two.base)
        assert (one.start, one.status, one.to_date) == (two.start, two.status, two.to_date)


def test_the_published_cumulative_rules_and_months_add_up(everything: Panel) -> None:
    panel = everything
    exports = panel.series_as_of("exports", date(2021, 6, 30))
    assert exports.to_date == pytest.approx(157629.990076, rel=1e-12)
    assert exports.calendar_year(2021)[:6].sum() == pytest.approx(157629.990076, rel=1e-9)
    assert panel.series_as_of("exports", date(2021, 6, 28)).months_known == 5
    assert panel.series_as_of("iip", date(2021, 6, 30)).to_date == pytest.approx(9.27)
