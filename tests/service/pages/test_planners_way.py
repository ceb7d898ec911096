"""A month at the application's state, the planner's way, in a real browser."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver.support.ui import WebDriverWait

from data.jobs.rows import beat, claim, end

pytestmark = pytest.mark.slow

PLAN = "/plans/demo-2018"
MONTH = "as_of=2018-06"
ON_PAPER = "return getComputedStyle(document.querySelector(arguments[0])).display"


def test_the_plan_opens_worst_first_sorts_and_finds(served: Any, chromium: Any) -> None:
    chromium.open(f"{served.address}/?plan=demo-2018&{MONTH}&lang=vi")
    assert chromium.run("return location.pathname") == PLAN

    def names() -> list[str]:
        return [cell.text for cell in chromium.all("#plan-table tbody th a")]

    worst = [int(key) for key in keys(chromium, "status")]
    assert worst == sorted(worst)
    chances = [cell.text for cell in chromium.all(".verdict b")]
    assert chances[0] == min(chances, key=percentage)
    heading = chromium.find("th[data-sort=name]")
    heading.find_element("css selector", "button").click()
    assert heading.get_attribute("aria-sort") == "ascending"
    assert names() == ["Than đá", "Than và thép", "Chỉ số sản xuất", "Cầu"]  # the plan's order
    heading = chromium.find("th[data-sort=standing]")
    heading.find_element("css selector", "button").click()
    assert names()[-1] == "Cầu"  # without a figure, last either way
    heading.find_element("css selector", "button").click()
    assert heading.get_attribute("aria-sort") == "descending"
    assert names()[-1] == "Cầu"
    chromium.find("#find").send_keys("thep")  # marks need not be typed
    shown = [row for row in chromium.all("#plan-table tbody tr") if row.is_displayed()]
    assert len(shown) == 1
    assert chromium.text("#found") == "Hiện 1 trên 4 chỉ tiêu."
    assert not chromium.find(".others table").is_displayed()  # steel has no target
    chromium.find(".others summary").click()
    assert "Thép" in chromium.text(".others")


def keys(chromium: Any, column: str) -> list[str]:
    """The sort keys of a column, from top to bottom."""
    place = chromium.run(f"return document.querySelector('th[data-sort={column}]').cellIndex")
    cells = chromium.all(f"#plan-table tbody tr > :nth-child({place + 1})")
    return [str(cell.get_attribute("data-key")).partition(".")[0] for cell in cells]


def percentage(text: str) -> float:
    return float(text.strip("<> %"))


def test_the_status_is_filtered_by_its_count_and_the_address_keeps_it(
    served: Any, chromium: Any
) -> None:
    chromium.open(f"{served.address}{PLAN}?{MONTH}&lang=en")
    chosen = chromium.find(".counts li:nth-child(2) a")
    count, words = chosen.find_element("css selector", "b").text, chosen.text.split(" ", 2)[2]
    chosen.click()
    chromium.settle()
    assert "status=" in chromium.run("return location.search")
    shown = chromium.all("#plan-table tbody tr")
    assert len(shown) == int(count)
    for row in shown:
        assert words in row.text
    assert chromium.find(".counts [aria-current]").text.endswith(words)


def test_a_target_is_opened_and_says_what_the_fourth_quarter_must_bring(
    served: Any, chromium: Any
) -> None:
    chromium.open(f"{served.address}{PLAN}?{MONTH}&lang=vi")
    chromium.messages()
    chromium.follow("Than đá")
    row = next(row for row in chromium.all("#quarter-table tr.group") if "Quý IV/2018" in row.text)
    api = f"{served.address}/v1/plans/demo-2018/projections/coal?{MONTH}"
    one = chromium.run(f"return fetch('{api}').then(answer => answer.json())")
    fourth = one["targets"][0]["required"]["quarters"][-1]
    minimum = f"{fourth['minimum']:.1f}".replace(".", ",")
    growth = f"{fourth['growth']:+.1f}%".replace(".", ",").replace("-", "−")
    assert minimum in row.text
    assert growth in row.text
    assert re.search(r"\d+/\d+ năm", row.text)
    drawn = [figure.get_attribute("data-drawn") for figure in chromium.all("figure[data-spec]")]
    assert drawn == ["yes", "yes", "yes"]  # Vega draws under the page's policy
    assert chromium.messages() == []


def test_without_a_script_the_same_figures_and_pictures_stand_there(
    served: Any, chromium: Any
) -> None:
    chromium.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        chromium.driver.get(f"{served.address}{PLAN}/kpis/coal?{MONTH}&lang=vi")
        assert "Quý IV/2018" in chromium.text("#quarter-table")
        assert len(chromium.all("figure img")) == 3
        chromium.driver.get(f"{served.address}{PLAN}?{MONTH}&lang=vi")
        assert len(chromium.all("#plan-table svg.bullet")) == 3  # nothing is known of the bridge
        assert not chromium.find("#filter").is_displayed()
    finally:
        chromium.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_an_estimate_is_entered_checked_and_approved(served: Any, chromium: Any) -> None:
    chromium.open(f"{served.address}{PLAN}/kpis/steel?{MONTH}&lang=vi")
    chromium.find("#e-value").send_keys("655,0")
    chromium.wait_for(lambda: "Đọc là 655 nghìn tấn" in chromium.text("#enter-estimate"))
    chromium.find("#e-reason").send_keys("Hợp đồng đã ký")
    chromium.press(chromium.find("#enter-estimate button"))
    assert chromium.text("#understood") == "655 nghìn tấn"
    assert chromium.violations() == []
    if chromium.all("[name=sure]"):
        chromium.find("[name=sure]").click()
    chromium.press(chromium.find("#check button"))
    assert "dự thảo" in chromium.text("ol.steps [aria-current]")
    chromium.press(chromium.find("[data-step=check]"))
    chromium.find("#e-note").send_keys("đồng ý")
    chromium.press(chromium.find("[data-step=approve]"))
    assert "đã phê duyệt" in chromium.text("ol.steps [aria-current]")
    assert re.search(r"655 \(đã phê duyệt\)", chromium.text(".verdict"))


def test_a_figure_that_contradicts_the_actual_is_confirmed_and_the_signer_is_told(
    served: Any, chromium: Any
) -> None:

    def shown(selector: str) -> None:
        """Without scripts nothing tells that the next page is there."""
        wait = WebDriverWait(chromium.driver, 20)
        wait.until(lambda driver: driver.find_elements("css selector", selector))

    chromium.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        chromium.driver.get(f"{served.address}{PLAN}/kpis/both?{MONTH}&lang=vi")
        chromium.find("#e-value").send_keys("4,150")  # the page would print it as 4.150
        chromium.find("#e-reason").send_keys("x")
        chromium.find("#enter-estimate button").click()
        shown("#check button")
        choices = [button.text for button in chromium.all("#check button")]
        assert choices == ["4,15 nghìn tấn", "4.150 nghìn tấn"]
        chromium.all("#check button")[0].click()
        shown("[name=sure]")
        assert "thấp hơn số lũy kế" in chromium.text()
        assert "ngoài khoảng dự báo 95%" in chromium.text()
        chromium.find("[name=sure]").click()
        chromium.find("#check button").click()
        shown("#estimate p:has(strong)")
        assert "4 nghìn tấn" in chromium.text("#estimate p:has(strong)")
    finally:
        chromium.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert "thấp hơn số lũy kế" in chromium.text(".notice.bad")
    chromium.open(f"{served.address}{PLAN}/reports?{MONTH}&lang=vi")
    assert "Than và thép: 4,15 nghìn tấn thấp hơn số lũy kế" in chromium.text("#doubts")


def test_what_cannot_be_read_is_said_beside_the_form(served: Any, chromium: Any) -> None:
    chromium.open(f"{served.address}{PLAN}/what-if?{MONTH}&lang=vi")
    chromium.run("document.querySelector('#suppose').open = true")
    chromium.find("#w-name").send_keys("thử")
    chromium.find("#w-value-0").send_keys("1,020")
    chromium.find("#lever [data-type=list]").click()
    chromium.find("#lever button[type=submit]").click()
    chromium.wait_for(lambda: chromium.all(".said.bad"))
    assert "Chưa thực hiện được: '1,020' có thể là" in chromium.text(".said.bad")


def test_the_language_is_switched_in_one_click(served: Any, chromium: Any) -> None:
    chromium.open(f"{served.address}{PLAN}/kpis/coal?{MONTH}&lang=vi")
    chromium.follow("English")
    assert chromium.run("return location.pathname") == f"{PLAN}/kpis/coal"
    assert chromium.run("return document.documentElement.lang") == "en"
    assert "what each remaining quarter and month must bring" in chromium.text()
    chromium.follow("Trial plan")
    assert "Published up to" in chromium.text()  # the plan keeps the language


def test_the_month_is_signed_and_each_report_downloaded(served: Any, chromium: Any) -> None:
    chromium.open(f"{served.address}{PLAN}/reports?{MONTH}&lang=vi")
    chromium.follow("Đến trang Phê duyệt")
    june = "section[aria-labelledby='m-2018-06'] .month-sign"
    for step in ("check", "approve"):
        chromium.press(chromium.find(f"{june} [data-step={step}]"))
    assert "đã phê duyệt" in chromium.text("#m-2018-06")
    chromium.open(f"{served.address}{PLAN}/reports?{MONTH}&lang=vi")
    links = {one.text: one.get_attribute("href") for one in chromium.all(".downloads a")}
    assert len(chromium.all(".downloads a")) == 10
    starts = {"docx": b"PK", "xlsx": b"PK", "pdf": b"%PDF"}
    for part in ("report", "annex"):
        for form, start in starts.items():
            (link,) = (one for one in chromium.all(".downloads a") if _is(one, form, part))
            name = f"demo-2018-2018-06-30-{part}.{form}"
            assert chromium.download(link.get_attribute("href"), name).startswith(start)
    assert any("report.html" in address for address in links.values())
    chromium.open(f"{served.address}{PLAN}/signing?lang=vi")
    chromium.find(f"{june} [name=note]").send_keys("xem lại số tháng 6")
    chromium.press(chromium.find(f"{june} [data-step=send-back]"))
    assert "dự thảo" in chromium.text("#m-2018-06")
    assert "xem lại số tháng 6" in chromium.text()


def _is(link: Any, form: str, part: str) -> bool:
    address = str(link.get_attribute("href"))
    return f"report.{form}?" in address and f"part={part}" in address


def test_a_retraining_is_followed_on_every_page_until_it_ends(served: Any, chromium: Any) -> None:
    chromium.open(f"{served.address}{PLAN}/models?lang=vi")
    chromium.press(chromium.find("form[data-job] button"))
    assert "Đang chờ đến lượt" in chromium.text("aside.work")
    job = claim(served.store, "a process", 1)
    assert job is not None
    beat(served.store, job, (1, 3, "coal 2017"))
    chromium.wait_for(lambda: "33% · Than đá 2017" in chromium.text("aside.work"))
    assert chromium.find("progress").get_attribute("value") == "1"
    assert chromium.violations() == []
    chromium.open(f"{served.address}{PLAN}?lang=vi", width=390)  # left, and still in sight
    assert "33% · Than đá 2017" in chromium.text("aside.work")
    end(served.store, job, "done", result={})
    chromium.wait_for(lambda: "Đã xong." in chromium.text("aside.work"))
    assert chromium.violations() == []
    chromium.find("aside.work .changed").click()
    chromium.wait_for(lambda: "/why" in chromium.driver.current_url)
    chromium.find("aside.work .close").click()
    assert chromium.all("aside.work") == []
    chromium.open(f"{served.address}{PLAN}?lang=vi")
    assert chromium.all("aside.work") == []  # what was hidden stays so


def test_figures_are_loaded_looked_at_matched_and_taken_back(
    served: Any, chromium: Any, tmp_path: Path
) -> None:
    file = tmp_path / "2018-07-10-so-lieu.csv"
    file.write_text(
        "Chỉ tiêu;Tháng;Giá trị\nsteel;2018-06;61\nThan sạch;2018-06;1500\n",
        encoding="utf-8",
    )
    chromium.open(f"{served.address}{PLAN}/data?lang=vi")
    chromium.find("#u-file").send_keys(str(file))
    chromium.press(chromium.find("#upload button"))
    assert "1 dòng chưa biết là chỉ tiêu nào" in chromium.text()
    chromium.find("#match option[value=coal]").click()
    chromium.press(chromium.find("#match button"))
    assert "chưa biết là chỉ tiêu nào" not in chromium.text()
    assert "⚠" in chromium.text()  # ten times what the month was before
    chromium.press(chromium.find("#commit button"))
    assert "Đã ghi: 2 số mới" in chromium.text()
    chromium.find("details:has([name=reason]) > summary").click()
    chromium.find("details [name=reason]").send_keys("sai đơn vị")
    chromium.press(chromium.find("[data-step=undo]"))
    assert "sai đơn vị" in chromium.text()


PAGES = (
    "",
    "/kpis/coal",
    "/kpis/bridge",
    "/reports",
    "/signing",
    "/models",
    "/versions",
    "/why",
    "/what-if",
    "/data",
    "/today",
)


@pytest.mark.parametrize("width", [360, 1920])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_accessible_and_fits_the_screen(
    served: Any, chromium: Any, page: str, width: int
) -> None:
    for lang in ("vi", "en"):
        chromium.open(f"{served.address}{PLAN}{page}?{MONTH}&lang={lang}", width)
        assert chromium.violations() == []
        assert chromium.run("return document.documentElement.scrollWidth") <= width


def test_the_check_for_accessibility_finds_what_is_wrong(served: Any, chromium: Any) -> None:
    chromium.open(f"{served.address}{PLAN}?{MONTH}&lang=vi")
    chromium.run("document.querySelector('main').append(new Image())")
    assert [one for one in chromium.violations() if one.startswith("image-alt")]


def test_everything_is_reached_with_the_keyboard(served: Any, chromium: Any) -> None:
    from selenium.webdriver.common.keys import Keys

    chromium.open(f"{served.address}{PLAN}?{MONTH}&lang=vi")
    reached = []
    for _ in range(60):
        chromium.driver.switch_to.active_element.send_keys(Keys.TAB)
        reached.append(chromium.run("return document.activeElement.outerHTML.slice(0, 200)"))
    assert 'class="skip"' in reached[0]
    for wanted in (
        'id="language"',
        'id="as_of"',
        'id="find"',
        "/kpis/coal",
        "Sắp xếp theo",
        "status=",
    ):
        assert any(wanted in one for one in reached), wanted


def test_on_paper_only_the_plan_is_left(served: Any, chromium: Any) -> None:
    chromium.open(f"{served.address}{PLAN}?{MONTH}&lang=vi")
    chromium.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        for gone in ("header.site", "#filter", "footer.site"):
            assert chromium.run(ON_PAPER, gone) == "none"
        assert chromium.run(ON_PAPER, "#plan-table") == "table"
    finally:
        chromium.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


@pytest.mark.parametrize("width", [360, 1366])
def test_a_plan_of_forty_kpis_prints_on_one_sheet(served: Any, chromium: Any, width: int) -> None:
    chromium.open(f"{served.address}{PLAN}?{MONTH}&lang=vi", width)
    chromium.run(
        "const rows = document.querySelector('#plan-table tbody');"
        "const long = ' khu vực có vốn đầu tư nước ngoài trên địa bàn tỉnh';"
        "while (rows.children.length < 40) {"
        "  const row = rows.children[rows.children.length % 4].cloneNode(true);"
        "  row.querySelector('th a').textContent += long; rows.append(row); }"
    )
    assert len(chromium.all("#plan-table tbody tr")) == 40
    assert chromium.sheets() == 1


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_a_kpi_prints_on_one_sheet(served: Any, chromium: Any, lang: str) -> None:
    chromium.open(f"{served.address}{PLAN}/kpis/coal?{MONTH}&lang={lang}", 1366)
    assert chromium.sheets() == 1
