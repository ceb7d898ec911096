"""The pages of a year and a house in a real browser: tasks, mistakes, keyboard, phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from data.accounts.accounts import accounts
from data.plans.rows import load_plan

pytestmark = pytest.mark.slow

PLAN = "/plans/demo-2018"
MONTH = "as_of=2018-06"


@pytest.fixture
def own(serve: Any, home: Path) -> Iterator[Any]:
    """A house of the test's own, with the plan `demo-2018`."""
    with serve(home) as found:
        yield found


def names_of(store: Any) -> dict[str, str]:
    return {one.name: one.role for one in accounts(store) if one.disabled_at is None}


def test_a_plan_is_typed_in_the_form(own: Any, chromium: Any) -> None:
    chromium.open(f"{own.address}/new-plan?lang=vi", 1366)
    for field, text in (("name", "Kế hoạch 2019"), ("body", "Sở Mới"), ("document", "QĐ 1")):
        chromium.find(f"#f-{field}").send_keys(text)
    chromium.run("document.querySelector('#f-adopted').value = '2019-01-15'")
    rows = chromium.all("table.entry tbody tr")
    for row, (name, unit, bound) in zip(
        rows, (("Than đá", "nghìn tấn", "1,600"), ("Thép", "tấn", "700")), strict=False
    ):
        for field, text in (("kpi", name), ("unit", unit), ("bound", bound)):
            row.find_element("css selector", f"[name={field}]").send_keys(text)
    chromium.press(chromium.find("#type-plan .commit-bar button"))
    assert "có thể là 1,6 hoặc 1.600" in chromium.text("#problems")
    assert chromium.violations() == []
    bound = chromium.find("table.entry tbody [name=bound]")
    assert bound.get_attribute("value") == "1,600"  # what was typed is kept
    bound.clear()
    bound.send_keys("1.600,5")
    chromium.press(chromium.find("#type-plan .commit-bar button"))
    assert "từ 1.600,5 nghìn tấn trở lên" in chromium.text()  # as typed, not as rounded
    chromium.press(chromium.find("#save-plan button"))
    assert "Nạp số liệu" in chromium.text("li[aria-current=step]")


def test_a_wrong_workbook_is_told_cell_by_cell(own: Any, chromium: Any, tmp_path: Path) -> None:
    import openpyxl

    file = tmp_path / "sai.xlsx"
    file.write_bytes(chromium.download(f"{own.address}{PLAN}/plan.xlsx", "demo-2018.xlsx"))
    book = openpyxl.load_workbook(file)
    targets = next(sheet for sheet in book if sheet.title.startswith("Mục tiêu"))
    targets["B2"], targets["D4"] = "cole", "nhiều"
    book.save(file)
    chromium.open(f"{own.address}/new-plan?lang=vi", 1366)
    chromium.find("#p-file").send_keys(str(file))
    chromium.press(chromium.find("#send button"))
    first, second = chromium.text("#problems").split("\n")[1:]
    assert "ô B2: cần một chỉ tiêu của kế hoạch này" in first
    assert "ô D4: cần một số, gặp 'nhiều'" in second
    assert chromium.violations() == []
    file.write_bytes(b"not a workbook")
    chromium.find("#p-file").send_keys(str(file))
    chromium.press(chromium.find("#send button"))
    assert "sai.xlsx" in chromium.text("#problems")


def test_a_plan_is_amended(own: Any, chromium: Any) -> None:
    chromium.open(f"{own.address}{PLAN}/versions?lang=vi", 1366)
    chromium.follow("Điều chỉnh kế hoạch")
    chromium.find("#a-document").send_keys("QĐ 99/QĐ-UBND")
    chromium.run("document.querySelector('#a-adopted').value = '2018-06-20'")
    field = chromium.find("[name=lower]")
    field.clear()
    field.send_keys("1.750,5")
    chromium.press(chromium.find("#amend .commit-bar button"))
    assert len(chromium.all("#changes li")) == 1
    assert "1.750,5" in chromium.text("#changes")
    assert chromium.violations() == []
    chromium.press(chromium.find("#save-version button"))
    assert "QĐ 99/QĐ-UBND" in chromium.text()
    assert load_plan(own.store, "demo-2018").versions[-1].number == 3


def test_next_year_begins(own: Any, chromium: Any) -> None:
    chromium.open(f"{own.address}{PLAN}/manage?lang=vi", 1366)
    chromium.follow("Lập kế hoạch năm sau")
    assert chromium.find("#r-year").get_attribute("value") == "2019"
    chromium.press(chromium.find("#roll-over button"))
    assert "Nhập mức giao của kế hoạch" in chromium.text("h1")
    chromium.find("[name=lower]").send_keys("1.800")
    chromium.find("#a-document").send_keys("QĐ 1")
    chromium.press(chromium.find("#amend .commit-bar button"))
    chromium.press(chromium.find("#save-version button"))
    (version,) = load_plan(own.store, "demo-2019").versions
    assert [(kpi, target.lower) for kpi, target in version.targets] == [("coal", 1800.0)]


def test_a_figure_is_corrected_by_hand(own: Any, chromium: Any) -> None:
    chromium.open(f"{own.address}{PLAN}/figures?month=2018-06&lang=vi", 1366)
    field = chromium.find("tr:has([value=coal]) [name=value]")
    field.send_keys("150,25")
    chromium.wait_for(lambda: "Đọc là 150,25 nghìn tấn" in chromium.text("#typed"))
    chromium.press(chromium.find("#typed .commit-bar button"))
    assert "1 số thay đổi" in chromium.text()
    bar = chromium.find("#commit").rect
    height = chromium.run("return innerHeight")
    seen = chromium.run("return document.querySelector('#commit').getBoundingClientRect().bottom")
    assert bar["height"] > 0
    assert seen <= height + 1  # in sight wherever the page is scrolled to
    chromium.press(chromium.find("#commit button"))
    assert "Đã ghi: 1 số mới" in chromium.text()


def test_figures_are_typed_without_a_script(own: Any, chromium: Any) -> None:
    from selenium.webdriver.support.ui import WebDriverWait

    chromium.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        chromium.driver.get(f"{own.address}{PLAN}/figures?month=2018-07&lang=vi")
        chromium.find("tr:has([value=steel]) [name=value]").send_keys("6,150")
        chromium.find("#typed .commit-bar button").click()
        waiting = WebDriverWait(chromium.driver, 20)
        waiting.until(lambda driver: driver.find_elements("css selector", "#problems"))
        assert "có thể là 6,15 hoặc 6.150" in chromium.text("#problems")
        field = chromium.find("tr:has([value=steel]) [name=value]")
        field.clear()
        field.send_keys("61,50")
        chromium.find("#typed .commit-bar button").click()
        waiting.until(lambda driver: driver.find_elements("css selector", "#commit"))
        assert "1 số mới" in chromium.text("#commit")
    finally:
        chromium.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


def test_all_estimates_are_saved_at_once(own: Any, chromium: Any) -> None:
    chromium.open(f"{own.address}{PLAN}/estimates?{MONTH}&lang=vi", 1366)
    chromium.find("tr:has([value=coal]) [name=value]").send_keys("4,5")
    chromium.find("tr:has([value=output]) [name=value]").send_keys("104")
    chromium.find("#g-reason").send_keys("Theo tiến độ hợp đồng")
    chromium.press(chromium.find("#estimates .commit-bar button"))
    assert "thấp hơn số lũy kế" in chromium.text("tr.doubted")
    assert chromium.violations() == []
    save = chromium.find("#save-estimates .commit-bar button")
    save.click()  # the browser asks for the tick first
    assert chromium.all("#save-estimates")
    for box in chromium.all("[name=sure]"):
        box.click()
    chromium.press(save)
    assert "Đã ghi các ước thực hiện" in chromium.text("#saved")
    assert "4,5 (dự thảo" in chromium.text("#estimates")


def test_an_event_is_accepted_with_its_reason(own: Any, chromium: Any) -> None:
    chromium.open(f"{own.address}{PLAN}/events?lang=vi", 1366)
    chromium.find("#decided + p + details summary").click()
    chromium.find("#e-start").send_keys("2017-03")
    chromium.run("document.querySelector('#e-start').value = '2017-03'")
    chromium.find("#e-size").send_keys("-20")
    chromium.find("#e-name").send_keys("Lũ tháng 3")
    chromium.press(chromium.find("#add-event button"))
    mine = chromium.find("#decided + ul li")
    assert "lệch −20%" in mine.text
    mine.find_element("css selector", "[name=note]").send_keys("không có lũ")
    chromium.press(mine.find_element("css selector", "[value=reject]"))
    assert "× không chấp nhận" in chromium.text("#decided + ul li")
    assert "không có lũ" in chromium.text("#decided + ul li")


def test_the_day_is_asked_and_rows_are_matched_once(
    own: Any, chromium: Any, tmp_path: Path
) -> None:
    file = tmp_path / "so-lieu.csv"
    file.write_text(
        "Chỉ tiêu;Tháng;Giá trị\nThan sạch;2018-07;150,5\nThép tấm;2018-07;61\n", encoding="utf-8"
    )
    chromium.open(f"{own.address}{PLAN}/data?lang=vi", 1366)
    chromium.find("#u-file").send_keys(str(file))
    chromium.press(chromium.find("#upload button"))
    assert "Thường là 31/7/2018" in chromium.text("#when")
    chromium.press(chromium.find("#when button"))
    rows = chromium.all("#match tbody tr")
    for row, slug in zip(rows, ("coal", "steel"), strict=True):
        row.find_element("css selector", f"option[value={slug}]").click()
    chromium.press(chromium.find("#match button"))
    assert "Đang hiểu là công bố ngày 31/7/2018" in chromium.text("#when")
    assert "150,5 nghìn tấn" in chromium.text("main")
    chromium.press(chromium.find("#commit button"))
    assert "Đã ghi: 2 số mới" in chromium.text()


def test_a_long_file_is_told_in_short(own: Any, chromium: Any, tmp_path: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    rows = [
        f"Than đá;{month}/{year};{month},5;28/{month}/{year}"
        for year in (2006, 2007)
        for month in range(1, 13)
    ]
    file = tmp_path / "lich-su.csv"
    file.write_text("\n".join(["Chỉ tiêu;Tháng;Giá trị;Ngày công bố", *rows]), encoding="utf-8")
    chromium.open(f"{own.address}{PLAN}/data?lang=vi", 390, 844)
    chromium.find("#u-file").send_keys(str(file))
    chromium.press(chromium.find("#upload button"))
    assert "công bố 28/01/2006 – 28/12/2007" in chromium.text("#commit")
    shown = [row for row in chromium.all("#figures + div tbody tr") if row.is_displayed()]
    assert len(shown) == 12
    more = chromium.find("#figures ~ details > summary")
    assert more.text == f"{24 - len(shown)} số mới khác"
    chromium.run("arguments[0].focus()", more)
    top = "return document.querySelector(arguments[0]).getBoundingClientRect()"
    under = chromium.run(f"{top}.bottom", "#figures ~ details > summary")
    assert under <= chromium.run(f"{top}.top", "#commit")  # not beneath the bar
    more.send_keys(Keys.ENTER)
    assert len([row for row in chromium.all("#figures ~ details tr") if row.is_displayed()])
    assert chromium.violations() == []


def test_an_administrators_tasks(own: Any, chromium: Any) -> None:
    chromium.driver.delete_all_cookies()
    chromium.open(f"{own.address}/house?lang=vi", 1366)
    chromium.find("#n-name").send_keys("chi")
    chromium.find("#n-password").send_keys("mot cau that dai")
    chromium.press(chromium.find("#add-account button"))  # from now on everybody logs in
    if not chromium.all("[name=name]"):
        chromium.open(f"{own.address}/login?lang=vi")
    chromium.find("[name=name]").send_keys("chi")
    chromium.find("[name=password]").send_keys("mot cau that dai")
    chromium.press(chromium.find("main form button"))
    chromium.open(f"{own.address}/house?lang=vi", 1366)
    chromium.find("#n-name").send_keys("linh")
    chromium.find("#n-password").send_keys("mot cau khac nua")
    chromium.press(chromium.find("#add-account button"))
    assert names_of(own.store) == {"chi": "admin", "linh": "viewer"}

    def of_linh(selector: str) -> Any:
        row = next(one for one in chromium.all(".people li") if "linh" in one.text.split("\n")[0])
        row.find_element("css selector", "summary").click()
        return row.find_element("css selector", selector)

    of_linh("option[value=entry]").click()
    row = next(one for one in chromium.all(".people li") if "linh" in one.text.split("\n")[0])
    chromium.press(row.find_element("css selector", "[value=role][name=step]"))
    assert names_of(own.store)["linh"] == "entry"
    of_linh("[name=password]").send_keys("ngan")
    row = next(one for one in chromium.all(".people li") if "linh" in one.text.split("\n")[0])
    chromium.press(row.find_element("css selector", "[value=password][name=step]"))
    assert chromium.text("#problems")  # too short
    chromium.press(of_linh("[value=disable]"))
    assert names_of(own.store) == {"chi": "admin"}
    assert "đã khóa" in chromium.text(".people")
    chromium.find("#k-name").send_keys("power-bi")
    chromium.press(chromium.find("#add-key button"))
    assert "power-bi" in chromium.text("#secret")
    assert chromium.violations() == []
    chromium.press(chromium.find("button[aria-label='Thu hồi: power-bi']"))
    assert "đã thu hồi" in chromium.text()
    chromium.driver.delete_all_cookies()


def test_help_opens_with_the_keyboard_on_the_page_itself(served: Any, chromium: Any) -> None:
    from selenium.webdriver.common.keys import Keys

    chromium.open(f"{served.address}{PLAN}/amend?lang=vi", 1366)
    chromium.find(".help summary").send_keys(Keys.ENTER)
    assert "ghi phiên bản mới của kế hoạch" in chromium.text(".help")
    assert chromium.violations() == []
    chromium.follow("English")
    chromium.find(".help summary").send_keys(Keys.SPACE)
    assert "save a new version of the plan" in chromium.text(".help")


PAGES = (
    "/new-plan?",
    "/help?",
    "/house?",
    f"{PLAN}/manage?",
    f"{PLAN}/amend?",
    f"{PLAN}/roll-over?",
    f"{PLAN}/figures?month=2018-06&",
    f"{PLAN}/estimates?{MONTH}&",
    f"{PLAN}/events?",
)


@pytest.mark.parametrize("width", [360, 1366])
@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_accessible_and_fits_the_screen(
    served: Any, chromium: Any, page: str, width: int
) -> None:
    for lang in ("vi", "en"):
        chromium.open(f"{served.address}{page}lang={lang}", width)
        assert chromium.violations() == []
        assert chromium.run("return document.documentElement.scrollWidth") <= width
