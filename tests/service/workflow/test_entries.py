"""Tasks and the log over HTTP and at the command line: entered, projected, compared."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from markupsafe import escape

from data.db.store import Store
from data.plans.entries import add_progress, progress_of
from data.plans.kpi import Kpi
from data.plans.plan import Plan, PlanVersion
from data.plans.rows import save_plan
from data.settings import Settings
from data.vintages.observation import Observation
from data.vintages.rows import add_observations
from models.series import Month
from models.targets.target import Remark, Target
from models.targets.task import Progress, Step, Task
from service.app import create_app
from service.cli.main import main
from service.projections.basis import default_day
from service.projections.issue import issue
from service.projections.replay import replay
from service.projections.view import ProjectionView
from service.projections.view_build import worded
from service.shapes.plans import VersionComparison
from service.texts import REMARK, TEXT, Lang
from tests.families import import_of
from tests.homes import Run

KPIS = (
    Kpi("inspections", "Cuộc kiểm tra", "Inspections", "inspections", kind="count"),
    Kpi("communes", "Xã nông thôn mới", "New-rural communes", "communes", kind="count"),
    Kpi("dam", "Thủy điện Bản Nhùng", "Bản Nhùng hydropower", "steps", kind="milestone"),
    Kpi("cpi", "Chỉ số giá", "Price index", "%", kind="growth", decimals=1),
    Kpi("prices", "Bình ổn giá", "Price stability", "", kind="log", index="cpi"),
)
STEPS = (
    Step("permit", "Cấp phép", "Permit", date(2021, 9, 30)),
    Step("grid", "Đấu nối", "Grid connection"),
)
FIRST = PlanVersion(
    1,
    date(2021, 6, 30),
    "Báo cáo 6 tháng",
    (
        (
            "inspections",
            Target("at_least", 8, period="remaining half", owner="Sở", role="lead"),
        ),
        ("communes", Target("at_least", 10, level="stretch", owner="UBND tỉnh")),
        ("dam", Target("at_least", 2, owner="Chủ đầu tư", role="coordinate")),
    ),
    tasks=(
        ("inspections", Task(starts=date(2021, 7, 1))),
        ("communes", Task(part="tiêu chí 4 và 7", recognised_later=True)),
        ("dam", Task(steps=STEPS)),
    ),
)
SECOND = replace(
    FIRST,
    number=2,
    adopted=date(2021, 8, 15),
    document="Điều chỉnh",
    targets=(
        ("inspections", replace(FIRST.targets[0][1], lower=6.0)),
        FIRST.targets[2],
    ),
    tasks=(
        FIRST.tasks[0],
        ("dam", Task(steps=(replace(STEPS[0], due=date(2021, 10, 31)), STEPS[1]))),
    ),
)
PLAN = Plan("demo-2021", "demo", 2021, "Sở", "Kế hoạch", "Plan", KPIS, (FIRST, SECOND))
INDEX = Observation(
    "cpi", Month(2021, 6), "rate_on_month", 100.19, "final", date(2021, 6, 29), "cpi.csv"
)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("VEDICH_HOME", str(tmp_path))
    return Settings()


@pytest.fixture
def store(settings: Settings, this_run: Run) -> Store:
    opened = this_run.new_store(settings.home)
    save_plan(opened, PLAN)
    return opened


@pytest.fixture
def client(settings: Settings, store: Store, client_of: Callable[..., Any]) -> Any:
    return client_of(create_app(settings, store))


def of(client: Any, kpi: str, as_of: str) -> dict[str, Any]:
    answer = client.get(f"/v1/plans/demo-2021/projections/{kpi}?as_of={as_of}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    ProjectionView.model_validate(found)
    return found


def report(client: Any, kpi: str, **entry: Any) -> Any:
    return client.post(f"/v1/plans/demo-2021/tasks/{kpi}/progress", json={"by": "An", **entry})


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_page_of_a_task_shows_its_reports_and_what_its_answer_rests_on(
    client: Any, lang: Lang
) -> None:
    report(client, "inspections", day="2021-08-10", done=3, judgement=0.7, note="đợt 1")
    report(client, "dam", day="2021-08-10", step="permit", done=1)
    report(client, "dam", day="2021-08-10", step="grid", judgement=0.35)
    for kpi in ("inspections", "dam"):
        answer = client.get(f"/plans/demo-2021/kpis/{kpi}?as_of=2021-08-14&lang={lang}")
        assert answer.status_code == 200
        assert '<section class="verdict"' in answer.text
        assert 'id="method"' not in answer.text
        found = of(client, kpi, "2021-08-14")
        for remark in found["task"]["assumptions"]:
            assert escape(remark[lang]) in answer.text
        assert TEXT[lang][f"annex.method.{found['method']['name']}"]  # the annex names it
    assert "35%" in answer.text
    counted = client.get(f"/plans/demo-2021/kpis/inspections?as_of=2021-08-14&lang={lang}").text
    assert "đợt 1" in counted


@pytest.mark.parametrize("section", ["", "/kpis/cpi", "/why", "/what-if", "/data", "/models"])
def test_every_page_of_a_plan_without_figures_is_there(client: Any, section: str) -> None:
    answer = client.get(f"/plans/demo-2021{section}?lang=en")
    assert answer.status_code == 200
    assert "Plan" in answer.text


def test_a_report_moves_the_projection_and_no_earlier_view(client: Any) -> None:
    before = of(client, "inspections", "2021-07")
    assert (before["status"], before["task"]["done"]) == ("no_basis", None)
    assert "báo cáo" in before["task"]["missing"][0]["vi"]
    answer = report(client, "inspections", day="2021-08-10", done=3, obstacle="giãn cách")
    assert answer.status_code == 201
    assert answer.json()["entered"]
    after = of(client, "inspections", "2021-08-14")
    task = after["task"]
    assert (task["done"], task["remaining"], task["deadline"]) == (3, 5, None)
    assert (task["lead"], task["role"], task["obstacle"]) == ("Sở", "lead", "giãn cách")
    assert 0 < after["probability"] < 1
    assert after["projected"]["quantiles"]["0.5"] >= 3
    assert after["months"][-1]["month"] == "2021-12"
    assert {"vi", "en", "code"} == set(task["assumptions"][0])
    assert "from 1 July 2021 to 10 August 2021" in task["assumptions"][0]["en"]
    assert of(client, "inspections", "2021-07") == before


def test_the_version_in_force_is_said(client: Any) -> None:
    report(client, "inspections", day="2021-08-10", done=3)
    assert of(client, "inspections", "2021-08-14")["plan_version"] == {
        "number": 1,
        "adopted": "2021-06-30",
        "document": "Báo cáo 6 tháng",
    }
    later = of(client, "inspections", "2021-08-31")
    assert (later["plan_version"]["number"], later["task"]["goal"]) == (2, 6)
    dropped = of(client, "communes", "2021-08-31")
    assert (dropped["targets"], dropped["task"], dropped["status"]) == ([], None, "no_basis")


def test_a_checklist_over_http(client: Any) -> None:
    report(client, "dam", day="2021-08-20", step="permit", done=1)
    report(client, "dam", day="2021-08-20", step="grid", judgement=0.8)
    found = of(client, "dam", "2021-08-31")
    assert (found["probability"], found["method"]["name"]) == (0.8, "poisson_binomial")
    permit, grid = found["task"]["steps"]
    assert (permit["done_on"], permit["due"]) == ("2021-08-20", "2021-10-31")
    assert grid["judgement"] == {"probability": 0.8, "day": "2021-08-20", "by": "An"}
    history = client.get("/v1/plans/demo-2021/tasks/dam/progress").json()["progress"]
    assert [one["step"] for one in history] == ["permit", "grid"]
    early = client.get("/v1/plans/demo-2021/tasks/dam/progress?as_of=2021-08-19").json()
    assert early["progress"] == []


@pytest.mark.parametrize(
    ("kpi", "entry", "status"),
    [
        ("inspections", {"done": -1}, 422),
        ("inspections", {"done": 1, "day": "2999-01-01"}, 422),
        ("inspections", {"done": 1, "dine": 2}, 422),
        ("inspections", {}, 422),
        ("cpi", {"done": 1}, 422),
        ("nothing", {"done": 1}, 404),
    ],
)
def test_a_report_that_does_not_fit_is_a_problem_and_nothing_is_kept(
    client: Any, store: Store, kpi: str, entry: dict[str, Any], status: int
) -> None:
    answer = report(client, kpi, **entry)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert progress_of(store, "demo-2021") == ()


def test_a_task_replays_to_the_same_digits(client: Any, store: Store, settings: Settings) -> None:
    report(client, "inspections", day="2021-08-10", done=3)
    given_out = partial(issue, store, settings, "demo-2021", date(2021, 8, 14), "inspections")
    (stamp,) = (one.stamp for one in given_out())
    report(client, "inspections", day="2021-08-12", done=4)
    assert not replay(store, settings, stamp).same  # a report of a day before the vintage came in
    (stamp,) = (one.stamp for one in given_out())
    report(client, "inspections", day="2021-09-01", done=5)
    assert replay(store, settings, stamp).same


def test_the_newest_day_is_that_of_the_newest_report(store: Store) -> None:
    assert default_day(store, PLAN) == date(2021, 8, 15)  # nothing else is known yet
    add_observations(store, "demo", [INDEX], import_of())
    assert default_day(store, PLAN) == date(2021, 6, 29)
    add_progress(store, PLAN, Progress("dam", date(2021, 8, 20), "An", done=1, step="permit"))
    assert default_day(store, PLAN) == date(2021, 8, 20)


def test_the_log_stands_beside_its_published_index(client: Any, store: Store) -> None:
    add_observations(store, "demo", [INDEX], import_of())
    path = "/v1/plans/demo-2021/log/prices"
    text = {"by": "An", "month": "2021-06", "day": "2021-06-30", "vi": "Giá ổn định."}
    answer = client.post(path, json=text)
    assert answer.status_code == 201
    assert answer.json()["text"] == {"vi": "Giá ổn định.", "en": ""}
    found = client.get(path).json()
    assert (found["index"], found["unit"]) == ("cpi", "%")
    (entry,) = found["log"]
    assert [(one["form"], one["value"]) for one in entry["index"]] == [("rate_on_month", 100.19)]
    assert client.get(f"{path}?as_of=2021-05").json()["log"] == []
    page = client.get("/plans/demo-2021/kpis/prices?as_of=2021-06-30&lang=vi").text
    assert "Giá ổn định." in page
    assert "Chỉ số giá, so với tháng trước: 100,2%" in " ".join(page.split())
    assert client.post(path, json={**text, "month": "2999-01"}).status_code == 422
    assert of(client, "prices", "2021-08")["status"] == "no_target"


def test_two_versions_are_compared_in_one_call(client: Any) -> None:
    found = client.get("/v1/plans/demo-2021/versions/compare?from=1&to=2")
    assert found.status_code == 200
    VersionComparison.model_validate(found.json())
    body = found.json()
    assert (body["from"]["adopted"], body["to"]["adopted"]) == ("2021-06-30", "2021-08-15")
    (changed,) = body["changed"]
    assert (changed["kpi"], changed["difference"], changed["difference_percent"]) == (
        "inspections",
        -2.0,
        pytest.approx(-25.0),
    )
    assert changed["text"]["vi"] == (
        "Cuộc kiểm tra (được giao, 6 tháng cuối năm): từ 8 cuộc trở lên → "
        "từ 6 cuộc trở lên (−25,0%)."
    )
    (dropped,) = body["dropped"]
    assert (dropped["kpi"], dropped["level"]) == ("communes", "stretch")
    assert body["added"] == []
    tasks = {one["kpi"]: one for one in body["tasks"]}
    assert tasks["communes"]["change"] == "dropped"
    assert tasks["dam"]["fields"] == ["steps"]
    assert client.get("/v1/plans/demo-2021/versions/compare?from=1&to=7").status_code == 404
    assert client.get("/v1/plans/demo-2021/versions/compare?from=1").status_code == 422


def test_a_version_with_tasks_goes_in_over_http(client: Any) -> None:
    version = {
        "adopted": "2021-09-01",
        "document": "Điều chỉnh lần 2",
        "targets": [{"kpi": "dam", "role": "coordinate"}],
        "tasks": [
            {"kpi": "dam", "steps": [{"step": "permit", "name": "Cấp phép", "due": "2021-11-30"}]}
        ],
    }
    answer = client.post("/v1/plans/demo-2021/versions", json=version)
    assert answer.status_code == 201, answer.text
    (task,) = answer.json()["tasks"]
    assert task["steps"][0]["due"] == "2021-11-30"
    assert answer.json()["targets"][0]["lower"] == 1.0  # all steps
    version["tasks"] = [{"kpi": "dam"}]
    refused = client.post("/v1/plans/demo-2021/versions", json=version)
    assert (refused.status_code, "tasks[0].steps" in refused.text) == (422, True)


@pytest.mark.slow
def test_the_command_line_says_the_same(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as done:
        main(["task", "report", "inspections", "--done", "3", "--day", "2021-08-31", "--by", "An"])
    assert done.value.code == 0
    for arguments, output in (
        (["task", "history", "inspections"], "2021-08-31"),
        (["project", "--kpi", "inspections", "--lang", "vi"], "Căn cứ tính"),
        (["project", "--lang", "en"], "Inspections"),
        (["plan", "compare", "--from", "1", "--to", "2", "--lang", "en"], "(−25.0%)"),
        (["log", "add", "prices", "--month", "2021-06", "--en", "stable"], "2021-06"),
        (["log", "show", "prices", "--lang", "en"], "stable"),
    ):
        with pytest.raises(SystemExit):
            main(arguments)
        assert output in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["project", "--kpi", "inspections", "--format", "csv"])
    (row,) = csv.DictReader(io.StringIO(capsys.readouterr().out))
    assert (row["done"], row["remaining"], row["deadline"]) == ("3", "3", "")
    assert (row["lead"], row["role"], row["mark"]) == ("Sở", "lead", "open")
    assert "Pace" in row["assumptions_en"]
    with pytest.raises(SystemExit) as failed:
        main(["task", "report", "inspections", "--done", "-3"])
    assert failed.value.code == 2
    assert "a count from 0" in capsys.readouterr().err


@pytest.mark.parametrize("code", sorted(REMARK["vi"]))
def test_every_remark_has_its_words_in_both_languages(code: str) -> None:
    names = {
        "done", "start", "reported", "days", "of_days", "plan", "worth", "since", "open", "of",
        "periods", "made", "planned", "steps", "deadline",
    }  # fmt: skip
    values: dict[str, Any] = dict.fromkeys(names, 3)
    values |= {
        "probability": 0.7,
        "day": date(2021, 8, 31),
        "by": "An",
        "year": "2020",
        "age": "13",
        "month": "2018-03",
    }
    values |= {"steps_vi": "a", "steps_en": "b", "period": "Q1"}
    sentence = worded(Remark(code, values))
    assert sentence.code == code
    assert sentence.vi != sentence.en
    assert "{" not in sentence.vi + sentence.en
