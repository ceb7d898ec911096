"""The sample `lang-son-2021` answers under its label everywhere, until own figures replace it.

The last test is the walk of docs/plans_and_files.md, with figures made up for it.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from data.db.store import Store
from data.ingestion.ingest import ingest
from data.plans.rows import load_plan, save_plan
from data.samples.load import load_sample
from data.settings import Settings
from data.vintages.panel_rows import load_panel
from models.series import Month
from service.app import create_app
from service.cli.projection_tables import show_projections
from service.projections.basis import basis_of
from service.projections.issue import projections
from service.projections.shape import Name
from service.projections.view import MonthsToLoadView, ProjectionView
from service.texts import LANGUAGES, TEXT
from training.retrain import RetrainReport

pytestmark = pytest.mark.slow

PLAN, JUNE = "lang-son-2021", date(2021, 6, 30)
TRAINED = date(2020, 12, 31)
LABEL = {"vi": "số liệu minh họa", "en": "illustrative figures"}
LABELLED = Name.model_validate(LABEL)


@pytest.fixture(scope="module")
def prepared(
    tmp_path_factory: pytest.TempPathFactory, quick_retrain: Callable[..., Any]
) -> tuple[Path, RetrainReport]:
    """The folder of a service with the samples loaded and this one trained; read only."""
    home = tmp_path_factory.mktemp("lang-son")
    settings = Settings(home=home, mlflow_tracking_uri=None)
    store = Store.open(settings.store_url)
    load_sample(store, "all")
    report = quick_retrain(store, settings, PLAN, TRAINED, promote=True)
    store.close()
    return home, report


@pytest.fixture
def opened(
    prepared: tuple[Path, RetrainReport], tmp_path: Path
) -> Iterator[tuple[Store, Settings]]:
    """A copy to write in."""
    shutil.copytree(prepared[0], tmp_path / "home")
    settings = Settings(home=tmp_path / "home", mlflow_tracking_uri=None)
    store = Store.open(settings.store_url)
    yield store, settings
    store.close()


@pytest.fixture(scope="module")
def answers(
    prepared: tuple[Path, RetrainReport], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, ProjectionView]:
    home = tmp_path_factory.mktemp("answers") / "home"
    shutil.copytree(prepared[0], home)
    settings = Settings(home=home, mlflow_tracking_uri=None)
    store = Store.open(settings.store_url)
    found = {one.kpi: one for one in projections(store, settings, PLAN, JUNE)}
    store.close()
    return found


def test_every_answer_carries_the_label(answers: dict[str, ProjectionView]) -> None:
    assert all(one.label == LABELLED for one in answers.values())
    projected = [one for one in answers.values() if one.projected and one.task is None]
    assert len(projected) == 31
    assert all(one.cutoff == Month(2021, 6) for one in projected)
    assert {one.data_status for one in projected} == {"illustrative_first"}


def test_every_status_occurs_in_june(answers: dict[str, ProjectionView]) -> None:
    statuses = {one.status for one in answers.values() if one.task is None}
    assert statuses >= {"on_track", "at_risk", "off_track", "achieved", "no_basis"}
    assert answers["customs_revenue"].status == "achieved"
    half = next(one for one in answers["hospitality"].targets if one.period == "H1")
    assert half.status == "missed"
    assert sum(one.probability is not None for one in answers.values()) >= 20


def test_one_kpi_has_no_basis_and_says_what_to_load(answers: dict[str, ProjectionView]) -> None:
    (online,) = (one for one in answers.values() if one.status == "no_basis" and one.task is None)
    assert online.kpi == "online_retail"
    assert online.figures.to_load == MonthsToLoadView(first=Month(2020, 1), last=Month(2021, 6))
    assert [target.lower for target in online.targets] == [1300.0]


def test_every_task_has_its_state(answers: dict[str, ProjectionView]) -> None:
    tasks = {one.kpi: one.task for one in answers.values() if one.task}
    assert len(tasks) == 9
    electricity = tasks["communes_electricity"]
    assert (electricity.done, electricity.goal) == (4, 10)
    assert [step.done_on for step in electricity.steps].count(None) == 6
    assert {task.deadline for task in tasks.values()} == {None}  # no document gives one
    for slug in ("ban_nhung", "ban_lai", "wind_dossier", "waste_to_energy_dossier"):
        task = tasks[slug]
        assert (task.lead, bool(task.obstacle)) == ("Sở Công Thương", True)


def test_the_year_can_be_walked_to_its_end(opened: tuple[Store, Settings]) -> None:
    store, settings = opened
    seen = {}
    for month in range(1, 13):
        day = Month(2021, month).last_day
        found = {one.kpi: one for one in projections(store, settings, PLAN, day)}
        turnover = found["turnover"]
        assert turnover.cutoff == Month(2021, month)
        assert turnover.label == LABELLED
        seen[month] = turnover
    assert seen[1].probability is not None
    assert seen[11].status in ("on_track", "at_risk")
    december = seen[12]
    assert (december.status, december.targets[0].actual) == ("missed", december.actual_to_date)
    assert seen[11].projected is not None
    assert december.actual_to_date is not None
    assert december.actual_to_date < seen[11].projected.median


def test_pages_files_and_charts_carry_the_label(
    opened: tuple[Store, Settings], client_of: Callable[..., Any]
) -> None:
    store, settings = opened
    app = create_app(settings, store)
    client, at = client_of(app), {"as_of": "2021-06"}
    base = f"/v1/plans/{PLAN}/projections"
    for lang, text in LABEL.items():
        for section in (
            *("", "/kpis/turnover", "/kpis/online_retail", "/kpis/communes_electricity"),
            *("/why", "/what-if", "/data", "/reports", "/models", "/versions"),
        ):
            page = client.get(f"/plans/{PLAN}{section}", params={"lang": lang, **at})
            assert page.status_code == 200, section
            assert text in page.text, section
        for kpi in ("turnover", "online_retail"):
            chart = client.get(f"{base}/{kpi}/fan-chart.json", params={"lang": lang, **at})
            if chart.status_code == 200:
                assert text in chart.json()["title"]["subtitle"]
    assert text in client.get(f"{base}/turnover/fan-chart.svg", params={"lang": "en", **at}).text
    listed = client.get(base, params=at).json()["projections"]
    assert all(one["label"] == LABEL for one in listed)
    rows = list(csv.DictReader(io.StringIO(client.get(f"{base}.csv", params=at).text)))
    assert {(row["label_vi"], row["label_en"]) for row in rows} == {(LABEL["vi"], LABEL["en"])}
    for what in ("figures", "projections"):
        exchanged = client.get(f"/v1/plans/{PLAN}/exchange/{what}.sdmx-csv", params=at)
        assert "illustrative" in exchanged.text, what
    assert client.get(f"{base}/turnover/history", params=at).json()["label"] == LABEL
    assert client.get(f"/v1/plans/{PLAN}").json()["label"] == LABEL
    assert client.get("/v1/plans/vietnam-2021").json()["label"] is None
    report = client.get(f"/v1/plans/{PLAN}/report.md", params={"lang": "en", **at})
    assert report.status_code == 200
    assert LABEL["en"].upper() in report.text
    app.state.vedich.jobs.close()


def test_the_annex_names_the_method_of_a_task_and_draws_no_fan_of_it(
    opened: tuple[Store, Settings], client_of: Callable[..., Any]
) -> None:
    store, settings = opened
    app = create_app(settings, store)
    client = client_of(app)
    annex = client.get(f"/v1/plans/{PLAN}/report.md?as_of=2021-07&part=annex&kind=month&lang=en")
    assert annex.status_code == 200
    assert TEXT["en"]["annex.method.gamma_poisson"] in annex.text
    app.state.vedich.jobs.close()


def test_the_track_record_of_real_plans_leaves_it_out(
    opened: tuple[Store, Settings], client_of: Callable[..., Any]
) -> None:
    app = create_app(opened[1], opened[0])
    client = client_of(app)
    assert "lang-son" not in json.dumps(client.get("/v1/track-record").json())
    assert client.get(f"/v1/track-record?plan={PLAN}").json() == {"track_record": []}
    page = client.get(f"/plans/{PLAN}/models", params={"lang": "en", "as_of": "2021-06"})
    assert TEXT["en"]["models.illustrative"] in page.text
    app.state.vedich.jobs.close()


def test_every_file_of_the_report_carries_the_label(
    opened: tuple[Store, Settings], client_of: Callable[..., Any]
) -> None:
    app = create_app(opened[1], opened[0])
    client = client_of(app)
    base, at = f"/v1/plans/{PLAN}", {"lang": "en", "as_of": "2021-06"}
    for form in ("md", "html"):
        assert LABEL["en"].upper() in client.get(f"{base}/report.{form}", params=at).text, form
    excel = client.get(f"{base}/report.xlsx", params=at)
    book = openpyxl.load_workbook(io.BytesIO(excel.content))
    texts = [str(cell) for sheet in book for row in sheet.values for cell in row if cell]
    assert any(LABEL["en"].upper() in text for text in texts)
    card = client.get(f"/embed/{PLAN}/turnover/card.svg", params=at)
    assert LABEL["en"] in card.text
    rows = client.get(f"/odata/Projections?$filter=Plan eq '{PLAN}'").json()["value"]
    assert all(row["LabelEn"] == LABEL["en"] for row in rows)
    app.state.vedich.jobs.close()


def test_difficulties_and_prices_stand_where_the_report_has_them(
    opened: tuple[Store, Settings], client_of: Callable[..., Any]
) -> None:
    app = create_app(opened[1], opened[0])
    at = {"lang": "vi", "as_of": "2021-06"}
    text = client_of(app).get(f"/v1/plans/{PLAN}/report.md", params=at).text
    results, proposals = text.index("## II."), text.index("## VI.")
    for words in ("thiếu đá vôi", "Đã giải quyết: mỏ đá", "thiếu công-ten-nơ"):
        assert text.index(words) > proposals  # raised and settled, all of the year
    assert results < text.index("Hàng thiết yếu đủ, giá ổn định") < proposals
    assert "Kế hoạch 6 tháng đầu năm (780,0 tỷ đồng): không đạt." in text
    app.state.vedich.jobs.close()


def test_the_terminal_carries_the_label(
    opened: tuple[Store, Settings],
    answers: dict[str, ProjectionView],
    capsys: pytest.CaptureFixture[str],
) -> None:
    for lang in LANGUAGES:
        show_projections(list(answers.values()), load_plan(opened[0], PLAN), lang)
        assert LABEL[lang] in capsys.readouterr().out


def test_illustrative_figures_are_labelled_in_a_plan_without_a_label(
    opened: tuple[Store, Settings],
) -> None:
    store, settings = opened
    save_plan(store, replace(load_plan(store, PLAN), label=None))
    labels = {one.kpi: one.label for one in projections(store, settings, PLAN, JUNE)}
    assert labels["turnover"] == LABELLED
    assert labels["online_retail"] is None


def test_loading_the_sample_again_changes_nothing(opened: tuple[Store, Settings]) -> None:
    loaded = load_sample(opened[0], PLAN)
    assert [one.plan for one in loaded] == [PLAN]
    assert all(one.added.new == 0 for one in loaded)


def tidy(folder: Path, kpis: list[str]) -> Path:
    """A department's own table: eighteen months of each KPI, made up."""
    file = folder / "2021-06-29-so-lieu.csv"
    months = [f"{2020 + number // 12}-{number % 12 + 1:02d}" for number in range(18)]
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(("Chỉ tiêu", "Tháng", "Giá trị", "Hình thức"))
        for kpi in kpis:
            for number, month in enumerate(months):
                writer.writerow((kpi, month, 300 + number % 12, "tháng"))
    return file


def test_an_own_plan_with_own_figures_has_no_label(
    opened: tuple[Store, Settings], tmp_path: Path
) -> None:
    store, settings = opened
    own = replace(
        load_plan(store, PLAN), slug="own-2021", family="own", label=None, name_vi="Của Sở"
    )
    save_plan(store, own)
    assert ingest(store, "own", [tidy(tmp_path, ["turnover", "customs_revenue"])]).problems == ()
    assert load_panel(store, "own").illustrative(date.max) == frozenset()
    basis = basis_of(store, settings, "own-2021", JUNE)
    assert (basis.label("turnover"), basis.label()) == (None, None)
