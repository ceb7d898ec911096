"""The first page, the targets and a target, as a planner meets them in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

pytestmark = pytest.mark.slow

CROWD, DEMO = "/plans/crowd-2018", "/plans/demo-2018"
MONTH = "as_of=2018-06"
IN_SIGHT = 700  # pixels: what is seen at 1366 × 768 without scrolling
PAGES = ("/", f"{CROWD}/today", CROWD, f"{CROWD}/kpis/kpi_02", f"{DEMO}/kpis/bridge")


def listed(crowded: Any, chromium: Any, plan: str) -> list[dict[str, Any]]:
    """The projections of a plan, as the interface answers."""
    address = f"{crowded.address}/v1{plan}/projections?{MONTH}"
    script = "return fetch(arguments[0]).then(answer => answer.json())"
    found: list[dict[str, Any]] = chromium.run(script, address)["projections"]
    return found


def named(found: list[dict[str, Any]], *statuses: str) -> set[str]:
    return {one["name"]["vi"] for one in found if one["status"] in statuses}


@pytest.mark.parametrize("address", ["/", f"{CROWD}/today", f"{DEMO}/today"])
def test_ten_seconds_tell_who_is_lost_what_is_needed_why_and_what_to_do(
    crowded: Any, chromium: Any, address: str
) -> None:
    chromium.open(f"{crowded.address}{address}?lang=vi", 1366, 768)
    for plan in (CROWD, DEMO) if address == "/" else (address.removesuffix("/today"),):
        answer, worst, tasks = (
            chromium.find(f"[aria-labelledby$={name}-{plan.rpartition('/')[2]}]")
            for name in ("answer", "worst", "tasks")
        )
        found = listed(crowded, chromium, plan)
        urgent = named(found, "missed", "off_track", "at_risk")
        assert urgent or plan == DEMO
        seen = {
            link.text
            for link in answer.find_elements("css selector", "li > a[href*=kpis]")
            if chromium.below(link) <= IN_SIGHT
        }
        assert urgent <= seen
        first = worst.find_element("css selector", ".line")
        need = first.find_element("css selector", ".why strong")
        assert "Quý III cần" in need.text
        assert "dự báo" in need.text
        why = first.find_element("css selector", ".why span")
        assert "Khả năng đạt" in why.text
        task = tasks.find_element("css selector", "li a.button, p")
        for element in (need, why, task):
            assert chromium.below(element) <= IN_SIGHT, element.text


def test_today_counts_what_the_interface_answers(crowded: Any, chromium: Any) -> None:
    chromium.open(f"{crowded.address}{CROWD}/today?lang=vi", 1366)
    found = listed(crowded, chromium, CROWD)
    lost, risk = named(found, "missed", "off_track"), named(found, "at_risk")
    assert lost
    assert risk
    headline = f"{len(lost)} chỉ tiêu khó đạt, {len(risk)} có nguy cơ không đạt, trong 19 chỉ tiêu"
    assert chromium.text(".answer h2") == headline
    chances = [float(one.text.strip("<>% ")) for one in chromium.all(".line .chance b")]
    assert chances == sorted(chances)
    assert 3 <= len(chances) <= 5
    address = f"{crowded.address}/v1{CROWD}/projections?{MONTH}"
    together = chromium.run("return fetch(arguments[0]).then(a => a.json())", address)["together"]
    sure = max(k for k, chance in enumerate(together["at_least"]) if chance >= 0.8)
    assert f"đạt ít nhất {sure}:" in chromium.text(".together")


def test_every_task_has_a_button_that_leads_to_where_it_is_done(
    crowded: Any, chromium: Any
) -> None:
    chromium.open(f"{crowded.address}{CROWD}/today?lang=vi", 1366)
    tasks = chromium.all(".tasks li")
    assert "Chưa có số liệu tháng 6/2018: " in tasks[0].text
    for address in [a.get_attribute("href") for a in chromium.all(".tasks a.button")]:
        chromium.open(address, 1366)
        anchor = address.partition("#")[2]
        assert chromium.all("main h1")
        assert anchor in ("", "events") or chromium.all(f"#{anchor}")


def test_an_estimate_waits_on_the_first_page_until_it_is_checked(
    crowded: Any, chromium: Any
) -> None:
    chromium.open(f"{crowded.address}{CROWD}/kpis/kpi_02?{MONTH}&lang=vi", 1366)
    chromium.find("#e-value").send_keys("1.300")
    chromium.find("#e-reason").send_keys("Hợp đồng đã ký")
    chromium.press(chromium.find("#enter-estimate button"))
    if chromium.all("[name=sure]"):
        chromium.find("[name=sure]").click()
    chromium.press(chromium.find("#check button"))
    chromium.open(f"{crowded.address}{CROWD}/today?lang=vi", 1366)
    task = next(one for one in chromium.all(".tasks li") if "chờ kiểm tra" in one.text)
    assert task.text.startswith("1 ước thực hiện cả năm chờ kiểm tra")
    chromium.press(task.find_element("css selector", "a"))
    assert chromium.run("return location.pathname") == f"{CROWD}/signing"
    assert "1.300" in chromium.text()  # it can be signed where the button leads


def test_each_quarter_says_in_sign_and_words_whether_it_brings_what_it_needs(
    crowded: Any, chromium: Any
) -> None:
    chromium.open(f"{crowded.address}{CROWD}/today?lang=vi", 1366)
    rows = chromium.all(".heat tbody tr")
    assert len(rows) == 12
    for cell in chromium.all(".heat td.q"):
        if cell.text:
            assert cell.text[0] in "✓▲▼"
            assert cell.get_attribute("title")
    last = rows[0].find_elements("css selector", "td")[3]
    assert "q-ahead" in last.get_attribute("class")
    assert "▼" in last.text  # the worst target falls short


@pytest.mark.parametrize("page", ["/", f"{CROWD}/today", CROWD, f"{CROWD}/kpis/kpi_02"])
def test_a_director_takes_one_sheet_of_paper(crowded: Any, chromium: Any, page: str) -> None:
    chromium.open(f"{crowded.address}{page}?lang=vi", 1366)
    assert chromium.sheets() == 1


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)])
def test_the_first_target_in_danger_is_seen_without_scrolling(
    crowded: Any, chromium: Any, width: int, height: int
) -> None:
    chromium.open(f"{crowded.address}{CROWD}?{MONTH}&lang=vi", width, height)
    first = chromium.find("#plan-table tbody tr")
    assert "khó đạt" in first.text
    assert chromium.below(first) <= height


def test_the_table_has_six_columns_and_no_dashes_and_its_heading_stays(
    crowded: Any, chromium: Any
) -> None:
    chromium.open(f"{crowded.address}{CROWD}?{MONTH}&lang=vi", 1366, 768)
    assert len(chromium.all("#plan-table thead th")) <= 6
    for cell in chromium.all("#plan-table td"):
        assert cell.text.strip() not in ("–", "-")
    chromium.run("window.scrollTo(0, 900)")
    top = "return document.querySelector('#plan-table thead th').getBoundingClientRect().top"
    assert abs(chromium.run(top)) < 1
    chromium.follow("Thêm cột")
    assert len(chromium.all("#plan-table thead th")) > 6
    assert "columns=all" in chromium.run("return location.search")


def test_a_phone_shows_a_list_of_bullet_bars_and_no_cards(crowded: Any, chromium: Any) -> None:
    chromium.open(f"{crowded.address}{CROWD}?{MONTH}&lang=vi", 390, 844)
    rows = chromium.all("#plan-table tbody tr")
    assert len(rows) == 19
    for row in rows:
        assert row.find_element("css selector", "svg.bullet").is_displayed()
        assert row.size["height"] < 190
    assert chromium.run("return document.documentElement.scrollWidth") <= 390


def test_a_target_answers_then_lists_its_quarters_then_draws_its_course(
    crowded: Any, chromium: Any
) -> None:
    chromium.open(f"{crowded.address}{CROWD}/kpis/kpi_02?{MONTH}&lang=vi", 1000)
    tops = [
        chromium.below(chromium.find(wanted))
        for wanted in (".verdict", "#quarters", "#course", "#moved", "#estimate")
    ]
    assert tops == sorted(tops)
    table = chromium.text("#quarter-table")
    assert "Quý I/2018" in table
    assert "tháng 7/2018" in table
    assert "tháng 2/2018" not in table  # folded
    past = chromium.find("details .periods")
    assert not past.is_displayed()
    heavy = "return getComputedStyle(document.querySelector(arguments[0])).fontWeight"
    assert int(chromium.run(heavy, "#quarter-table tr.ahead:not(.group) td")) >= 600


def test_on_a_phone_a_target_answers_first_and_the_rest_is_one_touch_away(
    crowded: Any, chromium: Any
) -> None:
    page = f"{crowded.address}{CROWD}/kpis/kpi_03?{MONTH}&lang=vi"
    chromium.open(page, 390, 844)
    assert chromium.run("return document.documentElement.scrollHeight") < 2900
    for answer in (".verdict", "#quarter-table", "#course ~ figure"):
        assert chromium.find(answer).is_displayed()
    for folded in ("#spread figure", "#moved figure", "#e-value", "#n-text", ".targets"):
        assert not chromium.find(folded).is_displayed()
    chromium.find("#moved > summary").click()
    chromium.settle()
    assert chromium.find("#moved figure").get_attribute("data-drawn") == "yes"
    assert chromium.violations() == []
    chromium.open("about:blank")
    chromium.open(f"{page}#estimate", 390, 844)  # who is sent here to enter it finds it open
    assert chromium.find("#e-value").is_displayed()
    assert chromium.sheets() == 1  # and on paper nothing is folded
    chromium.open(page, 1366)
    assert chromium.find("#n-text").is_displayed()


def test_today_and_why_tell_the_same_change(crowded: Any, chromium: Any) -> None:
    chromium.open(f"{crowded.address}{DEMO}/today?{MONTH}&lang=vi", 1366)
    today = chromium.text(".since")
    chromium.open(f"{crowded.address}{DEMO}/why?{MONTH}&lang=vi", 1366)
    why = chromium.text("#answer")
    for word in ("giảm", "tăng"):
        told = re.search(rf"(\d+) {word}", today)
        said = re.search(rf"(\d+) chỉ tiêu {word} khả năng đạt", why)
        assert (told and told[1]) == (said and said[1])


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_quarters_fit_beside_the_course(crowded: Any, chromium: Any, lang: str) -> None:
    chromium.open(f"{crowded.address}{CROWD}/kpis/kpi_02?{MONTH}&lang={lang}", 1366)
    chosen = "const one = document.querySelector('.sheet .scroll');"
    needed, given = chromium.run(f"{chosen} return [one.scrollWidth, one.clientWidth]")
    assert needed <= given


def test_months_without_a_model_are_told_in_hindsight_and_marked(
    crowded: Any, chromium: Any
) -> None:
    chromium.open(f"{crowded.address}{CROWD}/kpis/kpi_02?{MONTH}&lang=vi", 1366)
    (table,) = chromium.all("#moved details")
    table.find_element("css selector", "summary").click()
    rows = table.find_elements("css selector", "tbody tr")
    marked = ["theo mô hình hiện tại" in row.text for row in rows]
    assert marked == [True] * 5 + [False]  # only June has a model of its own
    for row in rows:
        assert "%" in row.text
    assert "Điểm rỗng" in chromium.text()


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest, chromium: Any) -> Iterator[str]:
    """The system's setting."""
    if request.param == "dark":
        with chromium.dark():
            yield "dark"
    else:
        yield "light"


@pytest.mark.parametrize("page", PAGES)
def test_by_day_and_by_night_a_page_is_accessible_on_every_screen(
    crowded: Any, chromium: Any, page: str, scheme: str
) -> None:
    for width in (360, 1366):
        chromium.open(f"{crowded.address}{page}?lang=vi", width)
        assert chromium.violations() == []
        assert chromium.run("return document.documentElement.scrollWidth") <= width
    paper = chromium.run("return getComputedStyle(document.body).backgroundColor")
    assert (paper == "rgb(255, 255, 255)") == (scheme == "light")


def test_the_first_page_is_gone_through_with_the_keyboard(crowded: Any, chromium: Any) -> None:
    from selenium.webdriver.common.keys import Keys

    chromium.open(f"{crowded.address}{CROWD}/today?lang=vi", 1366)
    reached = []
    for _ in range(80):
        chromium.driver.switch_to.active_element.send_keys(Keys.TAB)
        reached.append(chromium.run("return document.activeElement.outerHTML.slice(0, 250)"))
    assert 'class="skip"' in reached[0]
    for wanted in ("/kpis/kpi_", "status=at_risk", "<summary>", 'class="button', "data-print"):
        assert any(wanted in one for one in reached), wanted
