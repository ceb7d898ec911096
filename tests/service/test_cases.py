"""Plans that went wrong once, each the smallest of its kind: what is answered and reported now.

The cases stay beside the project (`../shared/cases`); without them the tests skip.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from data.ingestion.ingest import ingest
from data.plans.rows import save_plan
from data.readers.plan_document.file import read_plan
from data.settings import Settings
from service.projections.basis import default_day
from service.projections.issue import projections
from service.projections.view import ProjectionView
from service.report.build import Wanted
from service.report.renderers.formats import FORMATS, render
from service.report.request import report_of
from service.state.app_state import AppState
from service.texts import bounds
from tests.homes import Run
from training.retrain import retrain

pytestmark = pytest.mark.slow


class Case:
    """A case in a folder of its own: loaded, trained, answered."""

    def __init__(self, folder: Path, home: Path, run: Run) -> None:
        self.settings = Settings(home=home, mlflow_tracking_uri=None)
        self.folder, self.store = folder, run.new_store(home)
        self.plan = read_plan((folder / "plan.yaml").read_bytes(), "plan.yaml")
        save_plan(self.store, self.plan)

    def load(self, name: str) -> None:
        day = date(2024, 7, 10) if self.folder.name.startswith("02") else None  # said by hand
        report = ingest(self.store, self.plan.family, [self.folder / name], published=day)
        assert report.problems == ()

    def train(self) -> None:
        retrain(self.store, self.settings, self.plan.slug, workers=1, promote=True)

    def answers(self) -> dict[str, ProjectionView]:
        return {one.kpi: one for one in projections(self.store, self.settings, self.plan.slug)}

    def report(self, lang: str = "en") -> str:
        """The report as Markdown, once every format was rendered."""
        app_state = AppState(self.settings, self.store)
        day = default_day(self.store, self.plan)
        found = report_of(app_state, self.plan.slug, day, Wanted(lang=lang))  # type: ignore[arg-type]
        files = {form: render(found, form) for form in FORMATS}
        app_state.jobs.close()
        return files["md"].decode().replace("\\", "")


Begin = Callable[..., Case]


@pytest.fixture
def begin(tmp_path: Path, this_run: Run) -> Begin:
    folder = Path(__file__).resolve().parents[3] / "shared" / "cases"
    if not folder.is_dir():
        pytest.skip("the cases are not beside the project (../shared/cases)")

    def make(number: str) -> Case:
        (own,) = folder.glob(f"{number}_*")
        case = Case(own, tmp_path / "home", this_run)
        case.load("data.csv")
        case.train()
        return case

    return make


def line(text: str, *words: str) -> str:
    """The first line with all the words."""
    found = [one for one in text.splitlines() if all(word in one for word in words)]
    assert found, [one for one in text.splitlines() if words[0].strip("- ") in one]
    return found[0]


def test_a_report_without_a_figure_of_the_year(begin: Begin) -> None:
    case = begin("01")
    case.load("jan.csv")
    text = case.report()
    assert "133.3" in line(text, "- Bricks", "12 months")


def test_a_kpi_in_per_cent_changes_by_points(begin: Begin) -> None:
    text = begin("02").report()
    assert "up 3.0 percentage points" in line(text, "- Processed share", "reached")
    assert "down 0.5 percentage points" in line(text, "- Unemployment", "reached")
    assert "the plan is at least 35.0%" in line(text, "- Processed share", "the plan is")
    assert "December must be at most 4.0%" in line(text, "- Unemployment", "the plan is")
    assert "growth of" not in text


def test_a_ratio_in_per_cent(begin: Begin) -> None:
    share = begin("03").answers()["share"]
    assert share.actual_to_date == pytest.approx(32.87, abs=0.01)
    assert share.projected is not None
    assert share.projected.median == pytest.approx(33.0, abs=0.5)
    assert share.status == "off_track"


def test_series_near_zero_keep_their_sum(begin: Begin) -> None:
    found = begin("04").answers()
    for one in found.values():
        assert one.projected is not None
    stopped, to_zero, rare = (found[kpi] for kpi in ("stopped", "to_zero", "intermittent"))
    assert (stopped.projected.median, stopped.status) == (0.0, "off_track")  # type: ignore[union-attr]
    assert 17.0 < to_zero.projected.median < 30.0  # type: ignore[union-attr]
    assert rare.projected.quantiles.q10 == rare.actual_to_date == 8.0  # type: ignore[union-attr]


def test_a_new_kpi_keeps_its_year_to_date(begin: Begin) -> None:
    case = begin("06")
    found = case.answers()
    assert (found["late"].status, found["late"].projected) == ("achieved", None)
    assert found["late"].actual_to_date == pytest.approx(632.6, abs=0.1)
    assert "reached an estimated 633 tonnes" in line(case.report(), "- late")


def test_a_missing_month_is_not_zero(begin: Begin) -> None:
    case = begin("07")
    text = case.report()
    assert "March 2024" in line(text, "- gap_this_year", "missing")
    assert "1,17" in line(text, "- gap_this_year", "the plan is")


def test_a_series_that_ended_is_no_basis(begin: Begin) -> None:
    case = begin("08")
    ended = case.answers()["discontinued"]
    assert (ended.status, ended.projected, ended.probability) == ("no_basis", None, None)
    assert "No basis" in line(case.report(), "| discontinued |")


def test_growth_on_a_negative_year_says_so(begin: Begin) -> None:
    (target,) = begin("11").answers()["balance"].targets
    assert target.reason is not None
    assert target.reason.code == "base_not_positive"
    assert bounds(target, "en") == "at least +10.0%"


def test_a_line_break_in_a_name(begin: Begin) -> None:
    text = begin("23").report()
    assert line(text, "| 1 | Exports of goods |").endswith("|")
