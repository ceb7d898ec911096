"""Pages for people: both languages, every figure with unit, vintage and status, no internet."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from data.settings import Settings
from data.store import Store
from service import problems
from service.app import create_app
from service.tables import table_rows

WORDS = {
    "vi": (
        "Chỉ tiêu",
        "Mục tiêu",
        "Khả năng đạt",
        "khoảng 80%",
        "Số liệu công bố đến",
        "30/6/2018",
    ),
    "en": ("KPI", "Target", "Probability", "80% interval", "Published up to", "30 June 2018"),
}


def text_of(page: str) -> str:
    """What a reader sees, without style and tags, white space as one blank."""
    plain = re.sub(r"<[^>]+>", " ", re.sub(r"(?s)<style>.*?</style>", "", page))
    return re.sub(r"\s+", " ", unescape(plain))


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_plan_page_shows_the_table_of_the_same_figures(service: Any, lang: Any) -> None:
    response = service.get(f"/?plan=demo-2018&as_of=2018-06&lang={lang}")
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert f'<html lang="{lang}">' in response.text
    shown = text_of(response.text)
    for word in WORDS[lang]:
        assert word in shown
    listed = service.get("/v1/plans/demo-2018/projections?as_of=2018-06").json()["projections"]
    plan = service.app.state.desk.store.plan("demo-2018")
    for row in table_rows(listed, plan, lang):
        for cell in (row.name, row.unit, row.actual, row.actual_status, row.interval, row.target):
            assert cell in shown
        assert f"{row.probability} {row.status}" in shown
        assert f"{row.pace} {row.pace_growth}".strip() in shown


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_nothing_is_loaded_from_elsewhere_and_every_link_works(service: Any, lang: str) -> None:
    page = service.get(f"/?plan=demo-2018&as_of=2018-06&lang={lang}&kpi=steel").text
    links = {unescape(link) for link in re.findall(r'(?:href|src|action)="([^"]+)"', page)}
    assert (
        "/v1/plans/demo-2018/projections/steel/fan-chart.svg?as_of=2018-06&lang=" + lang in links
    )
    for link in links - {"data:,"}:
        assert link.startswith("/")
        without_figures = "/bridge/fan-chart" in link
        assert service.get(link.partition("#")[0]).status_code == (404 if without_figures else 200)


def test_the_language_is_that_of_the_settings_unless_asked(home: Path, client_of: Any) -> None:
    store = Store.open(Settings(home=home).store_url)
    client = client_of(create_app(Settings(home=home, lang="en"), store))
    assert '<html lang="en">' in client.get("/").text
    assert '<html lang="vi">' in client.get("/?lang=vi").text
    assert (
        "Projected year" in client.get("/v1/plans/demo-2018/projections/coal/fan-chart.svg").text
    )


def test_it_opens_at_the_vintage_of_the_last_retraining_and_points_to_newer(service: Any) -> None:
    shown = text_of(service.get("/?lang=en").text)
    assert "Published up to 31 May 2018" in shown
    assert "Newer figures have been published: June 2018" in shown
    newest = text_of(service.get("/?lang=en&as_of=2018-06").text)
    assert "Newer figures" not in newest


def test_a_day_without_a_model_says_what_to_do(service: Any) -> None:
    shown = text_of(service.get("/?lang=vi&as_of=2018-01").text)
    assert "Chưa có dự báo." in shown
    assert "vedich retrain --plan demo-2018 --as-of 2018-01" in shown


def test_an_empty_database_says_how_to_begin(tmp_path: Path, client_of: Any) -> None:
    settings = Settings(home=tmp_path)
    client = client_of(create_app(settings, Store.open(settings.store_url)))
    assert "vedich init --sample vietnam-2021" in client.get("/").text


def test_a_label_and_names_are_shown_as_text(own_service: Any) -> None:
    store = own_service.app.state.desk.store
    plan = store.plan("demo-2018")
    store.save_plan(type(plan)(**{**vars(plan), "label": "<b>dựng lại</b>"}))
    page = own_service.get("/?as_of=2018-06").text
    assert "&lt;b&gt;dựng lại&lt;/b&gt;" in page
    assert "<b>dựng lại" not in page


def test_the_interface_and_the_problems_have_pages(service: Any) -> None:
    routes = text_of(service.get("/docs").text)
    for path in service.get("/openapi.json").json()["paths"]:
        assert path in routes
    page = service.get("/problems").text
    for kind in problems.kinds():
        assert f'id="{problems.slug_of(kind)}"' in page
    assert 'id="invalid-request"' in page
