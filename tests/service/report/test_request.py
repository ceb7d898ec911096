"""Reports over HTTP and from the command line, and their letterhead."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import docx
import pytest
from fastapi import FastAPI

from data.db.store import Store
from data.plans.plan import Plan, PlanVersion
from data.plans.rows import load_plan, save_plan
from data.settings import Settings
from data.sign_off.rows import sign_off
from data.sign_off.rules import figures_of
from data.sign_off.signing import sign_month
from models.errors import UnreadableFile
from models.series import Month
from models.targets.target import Target
from service.app import create_app
from service.cli.main import main
from service.report.build import Wanted
from service.report.letterhead import FILE, letterhead_of
from service.report.renderers.formats import FORMATS, LAYOUTS, Format
from service.report.request import report_of
from service.state.app_state import AppState
from service.workflow.sign_off import stamps_of

pytestmark = pytest.mark.slow

BASE = "/v1/plans/demo-2021/report"
PLAN = Plan("demo-2021", "demo", 2021, "Sở Công Thương", "", "", (), ())


ADJUSTED = PlanVersion(2, date(2021, 6, 15), "", (("coal", Target("at_least", 1400.0)),))
DAY = date(2021, 6, 30)


@pytest.fixture
def home(home: Path, tmp_path: Path) -> Path:
    """A copy of its own: signing and a new version must not reach other tests."""
    copy = tmp_path / "home"
    shutil.copytree(home, copy)
    return copy


@pytest.fixture
def client(home: Path, client_of: Callable[[FastAPI], Any]) -> Any:
    return client_of(create_app(Settings(home=home)))


@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_over_http(client: Any, format_: Format) -> None:
    answer = client.get(f"{BASE}.{format_}?as_of=2021-06")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == LAYOUTS[format_].media_type
    name = f'filename="demo-2021-2021-06-30-report.{format_}"'
    assert name in answer.headers["content-disposition"]
    cached = {"If-None-Match": answer.headers["etag"]}
    assert client.get(f"{BASE}.{format_}?as_of=2021-06", headers=cached).status_code == 304


def test_parts_languages_and_kinds(client: Any) -> None:
    def text(query: str) -> str:
        return str(client.get(f"{BASE}.md?as_of=2021-06&{query}").text)

    assert "FORECAST ANALYSIS" in text("lang=en&part=annex")
    assert "Probability" not in text("lang=en")
    assert "tháng 6 và 6 tháng" in text("kind=month")
    assert client.get(f"{BASE}.md?as_of=2021-06&kind=year").status_code == 422
    assert client.get(f"{BASE}.odt").status_code == 422
    assert client.get("/v1/plans/nothing-2021/report.md").status_code == 404
    assert client.get(f"{BASE}.md?as_of=2020-06").status_code == 409


def test_a_report_is_a_draft_until_its_month_is_issued_with_these_figures(home: Path) -> None:
    app_state = AppState(Settings(home=home), Store.open(Settings(home=home).store_url))
    store, june = app_state.store, Month(2021, 6)
    plan = load_plan(store, "demo-2021")
    stamps = stamps_of([one.view for one in app_state.give_out("demo-2021", DAY)])
    figures = figures_of(stamps, sign_off(store, "demo-2021", june).current)

    def banner(day: date) -> str:
        return report_of(app_state, "demo-2021", day, Wanted()).banner

    try:
        for state in ("checked", "approved"):
            sign_month(store, plan, june, stamps, figures, state, "os:second")
            assert banner(DAY) == "DỰ THẢO"
        sign_month(store, plan, june, stamps, figures, "issued", "os:second")
        assert banner(DAY) == ""
        save_plan(store, replace(plan, versions=(*plan.versions, ADJUSTED)))
        assert banner(DAY) == "DỰ THẢO"  # a target has changed since
    finally:
        app_state.jobs.close()


def test_the_command_writes_what_the_route_gives(
    home: Path, client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VEDICH_HOME", str(home))
    out = tmp_path / "report.md"
    with pytest.raises(SystemExit) as ended:
        main(["report", "--plan", "demo-2021", "--as-of", "2021-06", "--out", str(out)])
    assert ended.value.code == 0
    assert out.read_bytes() == client.get(f"{BASE}.md?as_of=2021-06").content


def test_a_template_from_the_command_line(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VEDICH_HOME", str(home))
    template, out = tmp_path / "mau.docx", tmp_path / "report.docx"
    with pytest.raises(SystemExit) as ended:
        main(["report", "template", str(template)])
    assert ended.value.code == 0
    document = docx.Document(str(template))
    document.add_paragraph("{{ kpi.nothing.plan }}")
    document.save(str(template))
    asked = ["--plan", "demo-2021", "--as-of", "2021-06", "--template", str(template)]
    with pytest.raises(SystemExit) as ended:
        main(["report", *asked, "--out", str(out)])
    assert ended.value.code == 0
    assert "unknown placeholder 'nothing.plan' (paragraph" in capsys.readouterr().err
    assert "Sở Công Thương" in " ".join(
        one.text for one in docx.Document(io.BytesIO(out.read_bytes())).paragraphs
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["report"], "expected the file to write"),
        (["report", "--out", "a.odt"], "expected a format, one of docx, pdf, xlsx, html, md"),
        (["report", "--out", "a.pdf", "--template", "t.docx"], "--template is for the official"),
    ],
)
def test_what_cannot_be_asked_for(
    arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert words in capsys.readouterr().err


def test_without_a_letterhead_the_plans_body_reports(tmp_path: Path) -> None:
    assert letterhead_of(tmp_path, PLAN, "vi").organ == "Sở Công Thương"


def test_a_letterhead_in_both_languages(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(
        "demo:\n  organ: {vi: Sở CT, en: Department}\n  place: Lạng Sơn\n  recipients: [UBND]\n",
        encoding="utf-8",
    )
    assert letterhead_of(tmp_path, PLAN, "en").organ == "Department"
    found = letterhead_of(tmp_path, PLAN, "vi")
    assert (found.organ, found.place, found.recipients) == ("Sở CT", "Lạng Sơn", ("UBND",))


@pytest.mark.parametrize(
    ("content", "place"),
    [
        ("demo: [1]", "demo"),
        ("demo: {organ: 3}", r"demo\.organ"),
        ("demo: {organs: x}", r"demo\.organs"),
        ("demo: {recipients: UBND}", r"demo\.recipients"),
        ("demo: {recipients: [1]}", r"demo\.recipients\[0\]"),
        ("demo: [", "expected YAML"),
    ],
)
def test_a_letterhead_that_cannot_be_read_says_where(
    tmp_path: Path, content: str, place: str
) -> None:
    (tmp_path / FILE).write_text(content, encoding="utf-8")
    with pytest.raises(UnreadableFile, match=place):
        letterhead_of(tmp_path, PLAN, "vi")
