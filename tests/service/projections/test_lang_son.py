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

import pytest
from data.vintages.demonstration import labelled

from data.db.store import Store
from data.ingestion.ingest import ingest
from data.plans.rows import load_plan, save_plan
from data.samples.load import load_sample
from data.settings import Settings
from data.vintages.panel_rows import load_panel
from models.series import Month
from service.app import create_app
from service.cli.projection_tables import show_projections
from service.projections.issue import projections
from service.projections.shape import Name, encode
from service.projections.view import MonthsToLoadView, ProjectionView
from service.texts import LANGUAGES, TEXT
from training.retrain import RetrainReport

pytestmark = pytest.mark.slow

PLAN, JUNE = "lang-son-2021", date(2021, 6, 30)
LABEL = {
    "vi": "tái lập bằng thông tin có sau, để minh họa",
    "en": "reconstructed with later information, for demonstration",
}
LABELLED = Name.model_validate(LABEL)
ANSWERED = {
    "turnover",
    "exports",
    "imports",
    "retail_sales_and_services",
    "retail_sales_goods",
    "electricity_commercial",
    "clinker",
}


@pytest.fixture(scope="module")
def prepared(
    tmp_path_factory: pytest.TempPathFactory, quick_retrain: Callable[..., Any]
) -> tuple[Path, RetrainReport]:
    """The folder of a service with the sample loaded and trained; read only."""
    home = tmp_path_factory.mktemp("lang-son")
    settings = Settings(home=home, mlflow_tracking_uri=None)
    store = Store.open(settings.store_url)
    load_sample(store, PLAN)
    report = quick_retrain(store, settings, PLAN, JUNE)
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


def test_it_stays_out_of_backtest_and_gate(prepared: tuple[Path, RetrainReport]) -> None:
    _, report = prepared
    assert report.scores.empty
    assert report.decision.promoted
    assert report.decision.error is None
    assert report.kpis == len(ANSWERED)


def test_every_answer_carries_the_label_and_its_method(
    answers: dict[str, ProjectionView],
) -> None:
    assert all(one.label == LABELLED for one in answers.values())
    assert {kpi for kpi, one in answers.items() if one.projected} == ANSWERED
    for kpi in ANSWERED:
        assert answers[kpi].method.fallback == "pace"
        assert answers[kpi].data_status == "reconstructed"
        assert answers[kpi].cutoff == Month(2021, 6)


def test_without_a_basis_it_says_what_to_load(answers: dict[str, ProjectionView]) -> None:
    revenue = answers["customs_revenue"]
    assert revenue.status == "no_basis"
    assert revenue.figures.to_load == MonthsToLoadView(first=Month(2020, 1), last=Month(2021, 6))
    assert {target.level for target in revenue.targets} == {"assigned", "stretch"}
    assert all(target.probability is None for target in revenue.targets)


def test_what_was_printed_by_june_is_shown_as_printed(answers: dict[str, ProjectionView]) -> None:
    growth = answers["turnover"].figures.printed[0]
    assert (growth.month, growth.form, growth.value) == (Month(2021, 6), "rate_to_date", 141.0)
    assert (growth.status, growth.published) == ("estimate", JUNE)
    printed = [figure for one in answers.values() for figure in one.figures.printed]
    assert printed
    assert all(figure.published and figure.published <= JUNE for figure in printed)


def test_two_scopes_are_two_kpis(opened: tuple[Store, Settings]) -> None:
    plan = load_plan(opened[0], PLAN)
    through, declared = plan.kpi("turnover"), plan.kpi("turnover_customs")
    assert (through.scope, declared.scope) == ("through the province", "customs-declared")
    assert "turnover_customs" not in (through.indicator, *through.parts)
    assert "turnover" not in (declared.indicator, *declared.parts)


def test_pages_files_and_charts_carry_the_label(
    opened: tuple[Store, Settings], client_of: Callable[..., Any]
) -> None:
    store, settings = opened
    app = create_app(settings, store)
    client, at = client_of(app), {"as_of": "2021-06"}
    base = f"/v1/plans/{PLAN}/projections"
    for lang, text in LABEL.items():
        for section in ("", "/kpis/turnover", "/why", "/what-if", "/data", "/reports", "/models"):
            page = client.get(f"/plans/{PLAN}{section}", params={"lang": lang, **at})
            assert page.status_code == 200, section
            assert text in page.text, section
        for kpi in ("turnover", "customs_revenue"):
            chart = client.get(f"{base}/{kpi}/fan-chart.json", params={"lang": lang, **at})
            if chart.status_code == 200:
                assert text in chart.json()["title"]["subtitle"]
    assert text in client.get(f"{base}/turnover/fan-chart.svg", params={"lang": "en", **at}).text
    listed = client.get(base, params=at).json()["projections"]
    assert all(one["label"] == LABEL for one in listed)
    rows = list(csv.DictReader(io.StringIO(client.get(f"{base}.csv", params=at).text)))
    assert {(row["label_vi"], row["label_en"]) for row in rows} == {(LABEL["vi"], LABEL["en"])}
    assert client.get(f"{base}/turnover/history", params=at).json()["label"] == LABEL
    assert client.get(f"/v1/plans/{PLAN}").json()["label"] == LABEL
    assert client.get("/v1/plans/vietnam-2021").json()["label"] is None
    report = client.get(f"/v1/plans/{PLAN}/report.md", params={"lang": "en", **at})
    assert report.status_code == 200
    assert LABEL["en"] in report.text
    record = client.get("/v1/track-record").json()
    assert "lang-son" not in json.dumps(record)
    app.state.vedich.jobs.close()


def test_the_annex_names_the_method_of_a_task_and_draws_no_fan_of_it(
    opened: tuple[Store, Settings], client_of: Callable[..., Any]
) -> None:
    store, settings = opened
    app = create_app(settings, store)
    client = client_of(app)
    reported = client.post(
        f"/v1/plans/{PLAN}/tasks/specialised_inspections/progress",
        json={"day": "2021-07-20", "done": 2},
    )
    assert reported.status_code == 201, reported.text
    annex = client.get(f"/v1/plans/{PLAN}/report.md?as_of=2021-07&part=annex&kind=month&lang=en")
    assert annex.status_code == 200
    assert TEXT["en"]["annex.method.gamma_poisson"] in annex.text
    app.state.vedich.jobs.close()


def test_the_terminal_carries_the_label(
    opened: tuple[Store, Settings],
    answers: dict[str, ProjectionView],
    capsys: pytest.CaptureFixture[str],
) -> None:
    for lang in LANGUAGES:
        show_projections(list(answers.values()), load_plan(opened[0], PLAN), lang)
        shown = capsys.readouterr().out
        assert LABEL[lang] in shown
        assert {"vi": "+41,00%", "en": "+41.00%"}[lang] in shown


def test_loading_the_sample_again_changes_nothing(opened: tuple[Store, Settings]) -> None:
    loaded = load_sample(opened[0], PLAN)
    assert [one.plan for one in loaded] == ["vietnam-2021", PLAN]
    assert all(one.added.new == 0 for one in loaded)


def test_a_plan_imported_without_the_mark_has_no_demonstration(
    opened: tuple[Store, Settings],
) -> None:
    store, settings = opened
    plan = load_plan(store, PLAN)
    save_plan(
        store, replace(plan, kpis=tuple(replace(kpi, demonstration=False) for kpi in plan.kpis))
    )
    answers = projections(store, settings, PLAN, JUNE)
    assert all(one.label is None for one in answers)
    clinker = next(one for one in answers if one.kpi == "clinker")
    assert clinker.status == "no_basis"


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


def test_own_figures_replace_the_demonstration_and_the_label_goes(
    opened: tuple[Store, Settings],
    tmp_path: Path,
    quick_retrain: Callable[..., Any],
    client_of: Callable[..., Any],
) -> None:
    store, settings = opened
    report = ingest(store, "lang-son", [tidy(tmp_path, ["turnover", "customs_revenue"])])
    assert report.problems == ()
    quick_retrain(store, settings, PLAN, JUNE)
    answers = {one.kpi: one for one in projections(store, settings, PLAN, JUNE)}
    for kpi in ("turnover", "customs_revenue"):
        assert answers[kpi].label is None
        assert answers[kpi].data_status == "estimate"
        assert answers[kpi].actual_to_date == sum(300 + month for month in range(6))
    assert answers["customs_revenue"].probability is not None
    assert answers["clinker"].label == LABELLED
    app = create_app(settings, store)
    for kpi, marked in (("turnover", False), ("clinker", True)):
        page = client_of(app).get(f"/plans/{PLAN}/kpis/{kpi}", params={"as_of": "2021-06"})
        assert (f"<strong>{LABEL['vi']}</strong>" in page.text) is marked
    app.state.vedich.jobs.close()
    day_before = date(2021, 6, 28)  # what was not published yet replaces nothing
    assert labelled(load_panel(store, "lang-son"), ["turnover"], day_before) == {"turnover"}
    kept = [kpi.slug for kpi in load_plan(store, PLAN).kpis if kpi.kind == "flow"]
    rates = tmp_path / "2021-06-29-chi-so.csv"
    lines = ["Chỉ tiêu,Tháng,Giá trị,Hình thức"]
    for kpi in (one.slug for one in load_plan(store, PLAN).kpis if one.kind == "growth"):
        for number in range(18):
            month = f"{2020 + number // 12}-{number % 12 + 1:02d}"
            form = "so với tháng trước" if number < 12 else "so với cùng kỳ"
            lines.append(f'{kpi},{month},"104,5",{form}')
    rates.write_text("\n".join(lines), encoding="utf-8")
    assert ingest(store, "lang-son", [tidy(tmp_path, kept), rates]).problems == ()
    answers = {one.kpi: one for one in projections(store, settings, PLAN, JUNE)}
    assert {kpi for kpi, one in answers.items() if one.label} == set()
    assert not any(LABEL["en"].encode() in encode(one) for one in answers.values())
