"""Web pages: both languages, every figure with unit, vintage and status, no internet."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from typing import Any

import docx
import pandas as pd
import pytest

from data.accounts.accounts import add_account
from data.accounts.sessions import log_in
from data.db.store import Store
from data.jobs.rows import claim
from data.ledger.promotions import promotions_of
from data.plans.rows import load_plan, save_plan
from data.settings import Settings
from service.analysis.reliability import reliability_of
from service.app import ROUTERS, create_app
from service.charts.fan_chart import to_png
from service.pages.menu import plan_pages
from service.pages.views.quarters import _statuses
from service.projections.tables import table_rows
from service.projections.view import ProjectionsView
from service.texts import LANGUAGES, TEXT, chance
from service.web import problems
from service.work.retraining import promotion_job
from training.backtest.scoreboard import QUANTILES

WORDS = {
    "vi": (
        "Chỉ tiêu",
        "kế hoạch",
        "Khả năng đạt",
        "khoảng dự báo 80%",
        "Số liệu công bố đến",
        "30/6/2018",
    ),
    "en": ("KPI", "target", "Probability", "80% interval", "Published up to", "30 June 2018"),
}
PLAN = "/plans/demo-2018"
PAGES = plan_pages([route for router in ROUTERS for route in router.routes])
SECTIONS = tuple(page.section.replace("{kpi}", "steel") for page in PAGES if page.section)


def text_of(page: str) -> str:
    """The visible text: no tags or drawings, white space as one blank."""
    plain = re.sub(r"<[^>]+>", " ", re.sub(r"(?s)<svg.*?</svg>", "", page))
    return re.sub(r"\s+", " ", unescape(plain))


def address(page: str, name: str) -> str:
    """The target of the link with that name."""
    found = re.search(rf'href="([^"]+)"[^>]*>{re.escape(name)}</a>', page)
    assert found is not None
    return unescape(found[1])


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_plan_page_shows_the_table_of_the_same_figures(service: Any, lang: Any) -> None:
    response = service.get(f"{PLAN}?as_of=2018-06&lang={lang}&columns=all")
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert f'<html lang="{lang}">' in response.text
    shown = text_of(response.text)
    for word in WORDS[lang]:
        assert word in shown
    answer = service.get("/v1/plans/demo-2018/projections?as_of=2018-06").content
    listed = ProjectionsView.model_validate_json(answer).projections
    plan = load_plan(service.app.state.vedich.store, "demo-2018")
    for row in table_rows(listed, plan, lang):
        cells = [row.name, row.unit, row.actual, row.actual_status, row.interval, row.target]
        if row.status_code != "no_target":
            cells += [row.status, row.probability, f"{row.pace} {row.pace_growth}".strip()]
        for cell in cells:
            assert cell == "–" or cell in shown


def test_the_first_page_redirects_to_the_requested_plan_or_kpi(service: Any) -> None:
    assert service.get("/?plan=demo-2018").headers["location"] == PLAN
    asked = service.get("/?plan=demo-2018&as_of=2018-06&lang=en&kpi=coal")
    assert asked.status_code == 303
    assert asked.headers["location"] == f"{PLAN}/kpis/coal?as_of=2018-06&lang=en"


def test_every_page_of_a_plan_is_found_by_its_route() -> None:
    known = {"kpis/steel", "why", "what-if", "data", "reports", "signing"}
    assert known | {"models", "versions"} <= set(SECTIONS)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_menu_leads_to_its_pages_in_the_order_of_their_routes(service: Any, lang: Any) -> None:
    entries = [page for page in PAGES if page.in_menu]
    keys = {key for key in TEXT[lang] if key.startswith("page.section.")}
    assert {f"page.section.{entry.name}" for entry in entries} == keys
    for current in entries:
        asked = f"{PLAN}/{current.section}".rstrip("/")
        html = service.get(f"{asked}?as_of=2018-06&lang={lang}").text
        menu = re.search(r"(?s)<nav.*?</nav>", html)
        assert menu is not None
        links = re.findall(r'href="([^"?]+)[^"]*"( aria-current="page")?>([^<]+)</a>', menu[0])
        assert links == [
            (
                f"{PLAN}/{entry.section}".rstrip("/"),
                ' aria-current="page"' if entry == current else "",
                TEXT[lang][f"page.section.{entry.name}"],
            )
            for entry in entries
        ]
    first = ["plan", "why", "what_if", "data", "reports", "signing", "models"]
    assert [entry.name for entry in entries if entry.name in first] == first


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize(
    "page",
    [PLAN, *(f"{PLAN}/{section}" for section in SECTIONS)],
)
def test_nothing_is_loaded_from_elsewhere_and_every_link_works(
    service: Any, lang: str, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("service.web.assets.vega_script", lambda home: b"")  # takes seconds
    html = service.get(f"{page}?as_of=2018-06&lang={lang}").text
    links = {unescape(link) for link in re.findall(r'(?:href|src|action|spec)="([^"]+)"', html)}
    assert f"{PLAN}?as_of=2018-06&lang={lang}" in links
    for link in links - {"data:,"}:
        if link.startswith("#"):
            assert f'id="{link[1:]}"' in html
            continue
        assert link.startswith("/")
        if re.search(r"/report\.|/reports/template\?|/estimate\?|/progress\?", link):
            continue  # each format has a test of its own; the others take what is sent
        assert service.get(link.partition("#")[0]).status_code in (200, 303), link


def test_a_page_lets_nothing_in_from_elsewhere(service: Any) -> None:
    for path in (PLAN, f"{PLAN}/kpis/coal", "/login", "/docs", "/problems"):
        policy = service.get(path).headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert not re.search(r"https?:|\*|unsafe", policy)
    for path in (PLAN, f"{PLAN}/kpis/coal"):
        page = service.get(path).text
        assert not re.search(r"<style|<script(?! src=\"/)| style=| on[a-z]+=", page)


def test_the_other_language_is_one_click_away_on_the_same_page(service: Any) -> None:
    page = service.get(f"{PLAN}/kpis/coal?as_of=2018-06&lang=vi").text
    other = address(page, "English")
    assert other == f"{PLAN}/kpis/coal?as_of=2018-06&lang=en"
    assert address(service.get(other).text, "Tiếng Việt") == other.replace("=en", "=vi")


@pytest.mark.slow
def test_the_language_is_that_of_the_settings_unless_asked(home: Path, client_of: Any) -> None:
    store = Store.open(Settings(home=home).store_url)
    client = client_of(create_app(Settings(home=home, lang="en"), store))
    assert '<html lang="en">' in client.get(PLAN).text
    assert '<html lang="vi">' in client.get(f"{PLAN}?lang=vi").text
    assert (
        "Projected year" in client.get("/v1/plans/demo-2018/projections/coal/fan-chart.svg").text
    )


def test_it_opens_at_the_newest_vintage_and_an_earlier_one_points_to_it(service: Any) -> None:
    shown = text_of(service.get(f"{PLAN}?lang=en").text)
    assert "Published up to 30 June 2018" in shown
    assert "The model in use was trained on figures up to 31 May 2018" in shown
    assert "Newer figures" not in shown
    earlier = text_of(service.get(f"{PLAN}?lang=en&as_of=2018-05").text)
    assert "Newer figures have been published: June 2018" in earlier
    assert "The model in use" not in earlier


def test_a_day_without_a_model_says_what_to_do(service: Any) -> None:
    for page in (PLAN, f"{PLAN}/kpis/coal"):
        shown = text_of(service.get(f"{page}?lang=vi&as_of=2018-01").text)
        assert "Chưa có dự báo." in shown
        assert "Huấn luyện ở trang Mô hình" in shown


def test_changes_are_those_since_the_end_of_last_month(service: Any) -> None:
    may, june = (
        service.get(f"/v1/plans/demo-2018/projections/coal?as_of=2018-0{month}").json()
        for month in (5, 6)
    )
    points = round(100 * (june["probability"] - may["probability"]))
    sign = "+" if points > 0 else ""
    shown = text_of(service.get(f"{PLAN}?as_of=2018-06&lang=en").text)
    assert f" {sign}{points} projected".replace("-", "−") in shown
    assert "compares with what was published up to 31 May 2018." in shown
    first = text_of(service.get(f"{PLAN}?as_of=2018-03&lang=en").text)
    assert "up to 28 February 2018 (as today’s model sees it)" in first


def test_a_page_cached_by_the_browser_is_not_sent_again(service: Any) -> None:
    first = service.get(PLAN)
    again = service.get(PLAN, headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.slow
def test_an_estimate_stands_in_the_row_at_once(own_service: Any) -> None:
    before = own_service.get(f"{PLAN}?as_of=2018-06").text
    entry = {"value": 1444.0, "unit": "thousand tonnes", "reason": "a contract", "confirm": True}
    path = "/v1/plans/demo-2018/months/2018-06/estimates/coal"
    assert own_service.post(path, json=entry).status_code == 201
    after = own_service.get(f"{PLAN}?as_of=2018-06").text
    assert "1.444,0 dự thảo" in text_of(after)
    assert "1.444,0" not in text_of(before)
    page = text_of(own_service.get(f"{PLAN}/kpis/coal?as_of=2018-06").text)
    assert "a contract" in page
    assert "Xác nhận đã kiểm tra" in page


def test_notes_of_planners_stand_on_the_kpi_page_from_their_month_on(own_service: Any) -> None:
    note = {"month": "2018-06", "vi": "Mỏ ngừng <hai> tuần"}
    assert own_service.post("/v1/plans/demo-2018/log/coal", json=note).status_code == 201
    page = own_service.get(f"{PLAN}/kpis/coal?as_of=2018-06").text
    assert "Mỏ ngừng &lt;hai&gt; tuần" in page
    assert "Mỏ ngừng" not in own_service.get(f"{PLAN}/kpis/coal?as_of=2018-05").text


@pytest.mark.slow
def test_a_viewer_is_shown_no_forms_for_what_only_others_may(
    own_service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = own_service.app.state.vedich.store
    add_account(store, "reader", "viewer", "a long password", "os:root")
    token = log_in(store, "reader", "a long password", "test", datetime.now(UTC)).token
    headers = {"Cookie": f"vedich_session={token}"}
    page = own_service.get(f"{PLAN}/kpis/coal?as_of=2018-06", headers=headers).text
    assert "data-api" not in page
    assert "Việc này cần tài khoản có vai trò cao hơn." in text_of(page)


@pytest.mark.parametrize("chart", ["distribution", "history"])
def test_charts_of_the_kpi_page_are_drawn_and_specified(service: Any, chart: str) -> None:
    base = f"{PLAN}/kpis/coal/{chart}"
    assert service.get(f"{base}.svg?as_of=2018-06").text.startswith("<svg")
    spec = service.get(f"{base}.json?as_of=2018-06&lang=en").json()
    assert spec["$schema"].startswith("https://vega.github.io/schema/vega-lite/")


def test_the_distribution_adds_up_and_splits_at_the_bound(service: Any) -> None:
    one = service.get("/v1/plans/demo-2018/projections/coal?as_of=2018-06").json()
    spec = service.get(f"{PLAN}/kpis/coal/distribution.json?as_of=2018-06&lang=en").json()
    bars = next(rows for rows in spec["datasets"].values() if "share" in rows[0])
    assert sum(bar["share"] for bar in bars) == pytest.approx(100)
    met = sum(bar["share"] for bar in bars if bar["side"] == "target met")
    assert met == pytest.approx(100 * one["probability"], abs=0.5)


def test_a_total_says_that_it_is_the_sum_of_its_parts(service: Any) -> None:
    page = text_of(service.get(f"{PLAN}/kpis/both?as_of=2018-06&lang=en").text)
    assert "one method alone: sum of the projections of its parts." in page


def test_a_kpi_without_figures_has_a_page_and_no_spread(service: Any) -> None:
    page = text_of(service.get(f"{PLAN}/kpis/bridge?as_of=2018-06").text)
    assert "chưa đủ căn cứ" in page
    assert "Cần nạp số liệu từ tháng 1/2017 đến tháng 6/2018" in page
    assert service.get(f"{PLAN}/kpis/bridge/distribution.svg?as_of=2018-06").status_code == 404


def test_the_models_page_tells_every_retraining_and_how_good_the_forecasts_were(
    service: Any,
) -> None:
    page = text_of(service.get(f"{PLAN}/models?lang=en").text)
    assert re.search(r"2 ★ in use 31 May 2018", page)
    assert re.search(r"1 in use for another month 31 March 2018", page)
    record = service.get("/v1/track-record?plan=demo-2018&as_of=2018-05").json()
    over_all = next(
        row
        for row in record["track_record"][0]["methods"]
        if row["method"] == "ensemble" and row["months_known"] is None
    )
    assert f"all months {over_all['n']} {100 * over_all['annual_error']:.1f}%" in page
    earlier = text_of(service.get(f"{PLAN}/models?lang=en&as_of=2018-04").text)
    assert "1 ★ in use 31 March 2018" in earlier


def test_a_version_is_put_in_use_on_the_models_page(
    own_service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = own_service.get(f"{PLAN}/models?lang=vi").text
    assert 'name="version" value="1"' in page  # the other one
    assert 'name="version" value="2"' not in page
    assert re.search(r'<option value="2018-06"[^>]*>tháng 6/2018</option>', page)
    sent = own_service.post(f"{PLAN}/models?lang=vi", data={"version": "1"})
    assert sent.status_code == 303
    assert "Đưa phiên bản 1 vào sử dụng: " in text_of(own_service.get(f"{PLAN}?lang=vi").text)
    state = own_service.app.state.vedich
    job = claim(state.store, "a process", 1)
    assert job is not None
    told: list[tuple[int, int, str]] = []
    asked: list[tuple[str, str, str]] = []

    def promoted(store: Store, _settings: Settings, family: str, version: str, by: str) -> Any:
        asked.append((family, version, by))
        return promotions_of(store, family)[0]

    monkeypatch.setattr("training.retrain.promote_version", promoted)
    done = promotion_job(state.store, state.settings, job, lambda *step: told.append(step))
    assert asked == [("demo", "1", job.by)]
    assert (done["version"], told[-1][:2]) == ("1", (1, 1))


def test_early_in_the_year_plans_that_were_met_stand_beside_the_probability(
    service: Any,
) -> None:
    one = service.get("/v1/plans/demo-2018/projections/coal?as_of=2018-06").json()
    known = int(one["cutoff"][-2:])
    learned = one["method"]["plan"]
    shown = text_of(service.get(f"{PLAN}/kpis/coal?lang=en&as_of=2018-06").text)
    said = re.search(r"of (\d+) plans of earlier years were met", shown.split("Year to date")[0])
    assert (said is not None) == (learned is not None and known <= 6)


def test_a_quarters_statuses_are_said_once() -> None:
    assert _statuses(["illustrative", "illustrative_first", "projected"], "vi") == (
        "minh họa, ước tính, dự báo"
    )


def test_reliability_by_hand() -> None:
    quantiles = dict(zip(QUANTILES, range(80, 125, 5), strict=True))  # 80 to 120, the median 100
    rows = pd.DataFrame(
        [{"kpi": "coal", "method": "ensemble", "base": 100.0, "outcome": 101.0, **quantiles}]
    )
    table = reliability_of(rows, ())
    # at 90, 95, 100, 105, 110 the forecast says 90, 75, 50, 25 and 10 per cent
    said = [(round(row.mean_probability, 3), row.share_met) for row in table]
    assert said == [(0.1, 0), (0.25, 0), (0.5, 1), (0.75, 1), (0.9, 1)]
    growth = rows.assign(outcome=1.0, **{name: value - 100.0 for name, value in quantiles.items()})
    assert reliability_of(growth, {"coal"}) == table


def test_the_versions_page_follows_the_month_that_is_picked(service: Any) -> None:
    first, both = (
        text_of(service.get(f"{PLAN}/versions?lang=en&as_of={month}").text)
        for month in ("2018-03", "2018-06")
    )
    assert "Version 1 ·" in first
    assert "Version 2 ·" not in first
    assert "Version 2 ·" in both


def test_the_versions_page_compares_the_last_two(service: Any) -> None:
    page = text_of(service.get(f"{PLAN}/versions?lang=en").text)
    assert "Changes from version 1 to version 2" in page
    assert "Coal (assigned, the year): at least 1,500.0" in page
    assert "10 June 2018" in page
    same = text_of(service.get(f"{PLAN}/versions?lang=en&from=2&to=2").text)
    assert "Nothing changed." in same


def test_the_why_page_answers_for_the_forecast_first_and_keeps_its_two_answers_apart(
    service: Any,
) -> None:
    page = text_of(service.get(f"{PLAN}/why?as_of=2018-06&lang=en").text)
    forecast, _, performance = page.partition("Why performance moved")
    assert "Why the forecast moved since 31 May 2018" in forecast
    told = service.get("/v1/plans/demo-2018/contributions/both?as_of=2018-06").json()
    for part in told["breakdowns"][0]["parts"]:
        assert f"{part['contribution']:+.1f}".replace("-", "−") in performance
    assert told["sentence"]["en"] in performance
    moved = service.get("/v1/plans/demo-2018/changes?from=2018-05&to=2018-06").json()["changes"]
    present = [one["sentence"]["en"] in forecast for one in moved]
    assert present == [True, False, True, True, False]  # steel has no target, the bridge no figure
    every = text_of(service.get(f"{PLAN}/why?as_of=2018-06&lang=en&all=true").text)
    assert [one["sentence"]["en"] in every for one in moved] == [True, True, True, True, False]
    (coal,) = (one for one in moved if one["kpi"] == "coal")
    for part in coal["targets"][0]["probability"]["parts"]:
        near = [100 * part["change"] + edge for edge in (-0.005, 0.005)]  # four digits are sent
        shown = {f"{one:+.1f}".replace("-", "−") for one in near}
        assert any((one if one[1:] != "0.0" else "0.0") in forecast for one in shown)
    waterfall = coal["targets"][0]["probability"]
    assert f"May 2018 {chance(waterfall['from'], 'on_track', 'en')}" in unescape(forecast)
    assert f"June 2018 {chance(waterfall['to'], 'on_track', 'en')}" in unescape(forecast)
    assert "Not compared: Bridge." in forecast


def test_stated_causes_stand_on_the_why_page(own_service: Any) -> None:
    note = {"month": "2018-06", "vi": "Mưa lớn làm ngừng khai thác"}
    own_service.post("/v1/plans/demo-2018/log/coal", json=note)
    page = text_of(own_service.get(f"{PLAN}/why?as_of=2018-06").text)
    assert "Than đá : Mưa lớn làm ngừng khai thác" in page


def test_a_scenario_stands_beside_the_projection_and_says_that_it_is_internal(
    own_service: Any,
) -> None:
    change = {"kpi": "coal", "shape": "percent", "months": ["2018-10"], "value": -50}
    asked = {"name": "Mất <nửa> tháng 10", "as_of": "2018-06", "changes": [change]}
    made = own_service.post("/v1/plans/demo-2018/scenarios", json=asked).json()
    html = own_service.get(f"{PLAN}/what-if?as_of=2018-06&lang=en&id={made['id']}").text
    page = text_of(html)
    result = made["results"][0]
    for side in ("baseline", "scenario"):
        assert f"{result[side]['projected']['median']:,.1f}" in page
    assert TEXT["en"]["what_if.internal"] in page
    assert "moves with Coal" in page
    assert "A Mất" in page
    assert "Mất &lt;nửa&gt; tháng 10" in html
    assert own_service.get(f"{PLAN}/what-if?id=99").status_code == 404


def test_the_data_page_shows_what_loading_would_do_and_what_was_loaded(own_service: Any) -> None:
    text = (
        "Chỉ tiêu;Tháng;Giá trị;Trạng thái;Ngày công bố\ncoal;2018-05;150;chính thức;2018-07-10\n"
    )
    address = "/v1/imports?plan=demo-2018&file=may.csv"
    told = own_service.post(address, content=text.encode()).json()
    page = f"{PLAN}/data?lang=en&import={told['id']}"
    before = text_of(own_service.get(page).text)
    (figure,) = told["preview"]["figures"]
    old = f"{figure['old']['value']:,.6f}".rstrip("0")  # with the digits that were printed
    assert f"{old} {figure['change']:+.1f}%".replace("-", "−") in before
    assert "150.0 thousand tonnes final, 10 July 2018 Revised" in before
    assert "Commit" in before
    own_service.post(f"/v1/imports/{told['id']}/commit", json={})
    after = text_of(own_service.get(page).text)
    assert "Committed: 1 new figures, 0 unchanged." in after
    own_service.post(f"/v1/imports/{told['id']}/undo", json={"reason": "wrong <unit>"})
    assert "wrong &lt;unit&gt;" in own_service.get(page).text
    assert own_service.get(f"{PLAN}/data?import=u0000").status_code == 404


@pytest.mark.slow
def test_a_planners_own_template_is_filled_in_on_the_page(service: Any) -> None:
    def send(text: str, **more: Any) -> Any:
        document = docx.Document()
        document.add_paragraph(text)
        content = io.BytesIO()
        document.save(content)
        path = f"{PLAN}/reports/template?as_of=2018-06&lang=en"
        file = {"template": ("mine.docx", content.getvalue())}
        return service.post(path, files=file, data=more)

    filled = send("{{ kpi.coal.name }}")
    assert filled.headers["content-disposition"].startswith("attachment")
    assert docx.Document(io.BytesIO(filled.content)).paragraphs[0].text == "Coal"
    asked = send("{{ kpi.gold.name }}")
    assert "'gold.name' (paragraph 1)" in text_of(asked.text)
    anyway = send("{{ kpi.gold.name }}", anyway="true")
    assert anyway.headers["content-type"] == filled.headers["content-type"]
    broken = service.post(f"{PLAN}/reports/template", files={"template": ("a.docx", b"no")})
    assert broken.status_code == 422
    assert "a.docx" in text_of(broken.text)


@pytest.mark.slow
def test_charts_of_templates_are_drawn_once_for_all(
    service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[object] = []

    def draw(chart: object) -> bytes:
        drawn.append(chart)
        return to_png(chart)  # type: ignore[arg-type]

    monkeypatch.setattr("service.report.template.filling.to_png", draw)
    document = docx.Document()
    document.add_paragraph("{{ kpi.coal.chart }}")
    content = io.BytesIO()
    document.save(content)
    for _ in range(3):
        filled = service.post(
            f"{PLAN}/reports/template?as_of=2018-06&lang=en",
            files={"template": ("mine.docx", content.getvalue())},
        )
        assert len(docx.Document(io.BytesIO(filled.content)).inline_shapes) == 1
    assert len(drawn) == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lang", "words"), [("vi", "cần nhiều bộ nhớ hơn"), ("en", "takes more memory than it may")]
)
def test_a_template_that_takes_too_much_is_told_so(service: Any, lang: str, words: str) -> None:
    document = docx.Document()
    document.add_paragraph("{{ '%300000000d' % 1 }}")
    content = io.BytesIO()
    document.save(content)
    path = f"{PLAN}/reports/template?as_of=2018-06&lang={lang}"
    answer = service.post(path, files={"template": ("mine.docx", content.getvalue())})
    assert answer.status_code == 422
    assert words in text_of(answer.text)
    assert "mine.docx" in text_of(answer.text)


def test_the_vega_script_is_made_once(
    tmp_path: Path, client_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []

    def run(command: list[str], stdout: Any, check: bool) -> None:
        made.append(command[-1])
        stdout.write(b"let x;")

    monkeypatch.setattr("service.web.assets.subprocess.run", run)
    settings = Settings(home=tmp_path)
    client = client_of(create_app(settings, Store.open(settings.store_url)))
    answers = [client.get("/static/vega.js") for _ in range(2)]
    assert {answer.text for answer in answers} == {"let x;"}
    assert answers[0].headers["content-type"] == "text/javascript; charset=utf-8"
    assert len(made) == 1
    assert client.get("/static/other.js").status_code == 404


@pytest.mark.slow
def test_an_empty_database_says_how_to_begin(tmp_path: Path, client_of: Any) -> None:
    settings = Settings(home=tmp_path)
    client = client_of(create_app(settings, Store.open(settings.store_url)))
    assert "vedich init --sample vietnam-2021" in client.get("/").text


def test_a_label_and_names_are_shown_as_text(own_service: Any) -> None:
    store = own_service.app.state.vedich.store
    plan = load_plan(store, "demo-2018")
    save_plan(store, type(plan)(**{**vars(plan), "label": "<b>dựng lại</b>"}))
    page = own_service.get(f"{PLAN}?as_of=2018-06").text
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
