"""Messages of figures and projections: complete, with metadata, and read back to equal digits."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from typing import Any

import pytest
from pysdmx.io import read_sdmx
from typer.testing import CliRunner

from data.ingestion.reading import Claims, read_file
from data.plans.rows import load_plan
from data.vintages.panel_rows import load_panel

FIGURES = "/v1/plans/demo-2018/exchange/figures"
PROJECTIONS = "/v1/plans/demo-2018/exchange/projections"


@pytest.fixture
def service(client_of: Any, home: Any) -> Any:
    from data.db.store import Store
    from data.settings import Settings
    from service.app import create_app

    settings = Settings(home=home, mlflow_tracking_uri=None)
    return client_of(create_app(settings, Store.open(settings.store_url)))


def figures_of(service: Any) -> set[tuple[Any, ...]]:
    store = service.app.state.vedich.store
    panel = load_panel(store, "demo")
    return {
        (one.kpi, one.month, one.form, one.value, one.status, one.published, one.source)
        for one in panel.figures()
    }


def read_back(service: Any, content: bytes, file: str) -> set[tuple[Any, ...]]:
    plan = load_plan(service.app.state.vedich.store, "demo-2018")
    found = read_file(content, file, Claims.of(plan.kpis, {}), None)
    assert (found.problem, found.blocked) == (None, None)
    return {
        (one.kpi, one.month, one.form, one.value, one.status, one.published, one.source)
        for one in found.observations
    }


def test_sdmx_csv_of_the_figures_comes_back_to_every_digit(service: Any) -> None:
    got = service.get(f"{FIGURES}.sdmx-csv", params={"as_of": "2018-06"})
    assert got.status_code == 200
    assert got.headers["content-type"].startswith("application/vnd.sdmx.data+csv")
    assert read_back(service, got.content, "a.csv") == figures_of(service)


def test_pysdmx_reads_the_message_and_its_metadata(service: Any) -> None:
    got = service.get(f"{FIGURES}.sdmx-csv", params={"as_of": "2018-06"})
    message: Any = read_sdmx(io.BytesIO(got.content))
    [dataset] = message.data
    assert str(dataset.structure) == "Dataflow=VEDICH:FIGURES(1.0)"
    coal = dataset.data[(dataset.data["KPI"] == "coal")]
    assert set(coal["UNIT_MEASURE"]) == {"thousand tonnes"}
    assert set(coal["FIGURE_STATUS"]) <= {"final", "restated", "estimate"}
    assert coal["VINTAGE"].max() <= "2018-06-30"
    keys = ["KPI", "FORM", "VINTAGE", "TIME_PERIOD"]
    assert not dataset.data.duplicated(keys).any()


def test_json_stat_has_the_newest_of_each_figure(service: Any) -> None:
    got = service.get(f"{FIGURES}.json-stat", params={"as_of": "2018-06"})
    dataset = json.loads(got.content)
    assert (dataset["class"], dataset["updated"]) == ("dataset", "2018-06-30")
    assert dataset["dimension"]["KPI"]["category"]["unit"]["coal"] == {"base": "thousand tonnes"}
    newest: dict[tuple[Any, ...], tuple[date, float]] = {}
    for kpi, month, form, value, _, published, _ in figures_of(service):
        key = (kpi, month, form)
        newest[key] = max(newest.get(key, (date.min, 0.0)), (published, value))
    back = {(row[0], row[1], row[2]): row[3] for row in read_back(service, got.content, "a.json")}
    assert back == {key: value for key, (_, value) in newest.items()}


def test_projections_say_unit_vintage_status_and_stamp(service: Any) -> None:
    path = "/v1/plans/demo-2018/projections/coal"
    one = service.get(path, params={"as_of": "2018-06"}).json()
    got = service.get(f"{PROJECTIONS}.sdmx-csv", params={"as_of": "2018-06"})
    rows = {
        row["MEASURE"]: row
        for row in csv.DictReader(io.StringIO(got.content.decode()))
        if row["KPI"] == "coal"
    }
    median = rows["MEDIAN"]
    assert float(median["OBS_VALUE"]) == one["projected"]["median"]
    assert (median["FIGURE_STATUS"], median["OBS_STATUS"]) == ("projected", "F")
    assert (median["UNIT_MEASURE"], median["VINTAGE"]) == ("thousand tonnes", "2018-06-30")
    assert median["STAMP"] == one["stamp"]
    assert float(rows["PROBABILITY"]["OBS_VALUE"]) == one["probability"]
    stat = json.loads(service.get(f"{PROJECTIONS}.json-stat", params={"as_of": "2018-06"}).content)
    assert stat["extension"]["what"] == "projections"
    assert set(stat["status"].values()) >= {"projected"}


def test_a_projection_is_not_loaded_as_a_figure(service: Any) -> None:
    got = service.get(f"{PROJECTIONS}.sdmx-csv", params={"as_of": "2018-06"})
    plan = load_plan(service.app.state.vedich.store, "demo-2018")
    found = read_file(got.content, "a.csv", Claims.of(plan.kpis, {}), date(2018, 7, 1))
    assert found.observations == ()
    assert found.problem is not None


def test_an_unknown_format_is_refused(service: Any) -> None:
    assert service.get(f"{FIGURES}.pdf").status_code == 422


def test_the_command_writes_what_the_route_answers(service: Any, tmp_path: Any) -> None:
    from service.cli.main import app

    for what in ("figures", "projections"):
        for form in ("sdmx-csv", "json-stat"):
            out = tmp_path / f"{what}.{form}"
            asked = ["exchange", str(out), "--what", what, "--format", form]
            run = CliRunner().invoke(app, [*asked, "--as-of", "2018-06", "--lang", "vi"])
            assert run.exit_code == 0, run.output
            path = FIGURES if what == "figures" else PROJECTIONS
            params = {"as_of": "2018-06", "lang": "vi"}
            assert out.read_bytes() == service.get(f"{path}.{form}", params=params).content
