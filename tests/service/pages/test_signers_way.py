"""The checker's and the director's month, in a real browser, with an account each."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from data.plans.rows import load_plan
from data.sign_off.rows import sign_off
from data.sign_off.signing import enter_estimate
from models.series import Month

pytestmark = pytest.mark.slow

PLAN, JUNE = "demo-2018", Month(2018, 6)
UNIT = "thousand tonnes"
IN_JUNE = "section[aria-labelledby='m-2018-06']"


def enter(served: Any, kpi: str, value: float, reason: str = "hợp đồng đã ký") -> None:
    plan = load_plan(served.store, PLAN)
    enter_estimate(served.store, plan, JUNE, kpi, value, UNIT, reason, "entry")


def expected(served: Any, kpi: str) -> float:
    """A value that nothing speaks against."""
    view = served.app.state.vedich.issued(PLAN, kpi, date(2018, 6, 30)).view
    return round(float(view.projected.median), 1)


def open_as(
    served: Any, chromium: Any, name: str, page: str = "signing", width: int = 1366
) -> None:
    chromium.enter_as(served, name)
    chromium.open(f"{served.address}/plans/{PLAN}/{page}?lang=vi", width)


def group(chromium: Any, step: str) -> Any:
    return chromium.find(f"form[aria-labelledby={step}-2018-06]")


def states(served: Any) -> dict[str, str]:
    return {kpi: one.state for kpi, one in sign_off(served.store, PLAN, JUNE).current.items()}


@pytest.fixture(autouse=True)
def as_nobody_again(manned: Any, chromium: Any) -> Iterator[None]:
    """Cookies are of the machine, and other tests ask it on another port."""
    yield
    chromium.driver.delete_all_cookies()


def test_the_checker_sees_what_waits_and_what_speaks_against_it(
    manned: Any, chromium: Any
) -> None:
    enter(manned, "coal", expected(manned, "coal"))
    enter(manned, "both", 4.0)  # less than the months known
    open_as(manned, chromium, "checker")
    assert "Chờ bạn: 3 mục cần kiểm tra" in chromium.text("#mine")
    waiting = group(chromium, "check")
    assert "Than và thép" in waiting.text
    assert "thấp hơn số lũy kế" in waiting.text
    act = waiting.find_element("css selector", ".act")
    assert "Có cảnh báo, không chọn sẵn: Than và thép" in act.text
    chosen = waiting.find_elements("css selector", "[name=estimates]:checked")
    assert len(chosen) == 1
    assert "của báo cáo còn để ngỏ" in chromium.text(f"{IN_JUNE} .itself")
    assert "Than và thép: 4 nghìn tấn thấp hơn" in chromium.text(f"{IN_JUNE} .itself")


def test_an_estimate_is_sent_back_and_who_entered_it_sees_why(manned: Any, chromium: Any) -> None:
    open_as(manned, chromium, "checker")
    waiting = group(chromium, "check")
    boxes = waiting.find_elements("css selector", "[name=estimates]")
    for box in boxes:
        doubtful = "thấp hơn" in box.find_element("xpath", "ancestor::li").text
        if box.is_selected() != doubtful:
            box.click()
    waiting.find_element("css selector", "[name=note]").send_keys("nhầm đơn vị")
    chromium.press(waiting.find_element("css selector", "[data-step=send-back]"))
    assert "checker trả lại ngày" in group(chromium, "correct").text
    open_as(manned, chromium, "entry")
    assert "Chờ bạn: 1 ước bị trả lại cần sửa" in chromium.text("#mine")
    assert "nhầm đơn vị" in group(chromium, "correct").text
    group(chromium, "correct").find_element("partial link text", "sửa").click()
    chromium.settle()
    assert "nhầm đơn vị" in chromium.text()  # the page where it is entered again says so too


def test_without_a_reason_nothing_is_sent_back(manned: Any, chromium: Any) -> None:
    open_as(manned, chromium, "checker")
    group(chromium, "check").find_element("css selector", "[data-step=send-back]").click()
    chromium.wait_for(lambda: chromium.all(".said.bad"))
    assert "lý do" in chromium.text(".said.bad")
    assert states(manned)["coal"] == "draft"


def test_who_entered_a_figure_does_not_check_it(manned: Any, chromium: Any) -> None:
    plan = load_plan(manned.store, PLAN)
    given = (plan, JUNE, "steel", 655.0, UNIT, "của tôi", "checker")
    enter_estimate(manned.store, *given)
    open_as(manned, chromium, "checker")
    row = next(one for one in chromium.all(".waits li") if "của tôi" in one.text)
    assert "bạn đã nhập số này" in row.text
    assert not row.find_elements("css selector", "[name=estimates]")


def test_a_viewer_sees_the_list_and_no_button(manned: Any, chromium: Any) -> None:
    open_as(manned, chromium, "viewer")
    assert "Không có việc nào chờ bạn" in chromium.text("#mine")
    assert "Than đá" in chromium.text("main")
    assert chromium.all("[data-step]") == []


def test_several_are_checked_at_once(manned: Any, chromium: Any) -> None:
    enter(manned, "both", 2140.0, "đã sửa đơn vị")
    open_as(manned, chromium, "approver")  # steel was entered by the checker
    waiting = group(chromium, "check")
    for box in waiting.find_elements("css selector", "[name=estimates]:not(:checked)"):
        box.click()
    chromium.press(waiting.find_element("css selector", "[data-step=check]"))
    assert states(manned) == {"coal": "checked", "both": "checked", "steel": "checked"}
    assert chromium.violations() == []


def test_the_director_approves_and_issues_several_at_once(manned: Any, chromium: Any) -> None:
    open_as(manned, chromium, "approver")
    for step, state in (("approve", "approved"), ("issue", "issued")):
        waiting = group(chromium, step)
        for box in waiting.find_elements("css selector", "[name=estimates]:not(:checked)"):
            box.click()
        chromium.press(waiting.find_element("css selector", f"[data-step={step}]"))
        assert set(states(manned).values()) == {state}


def test_the_director_issues_the_month_and_takes_the_report(manned: Any, chromium: Any) -> None:
    for name, steps in (("checker", ()), ("approver", ("check", "approve", "issue"))):
        open_as(manned, chromium, name)
        for step in steps:
            chromium.press(chromium.find(f"{IN_JUNE} .month-sign [data-step={step}]"))
    assert not chromium.all(IN_JUNE)  # nothing of the month waits any more
    open_as(manned, chromium, "approver", "reports?as_of=2018-06&x=")
    (link,) = (
        one.get_attribute("href")
        for one in chromium.all(".downloads a")
        if "report.md" in one.get_attribute("href") and "part=report" in one.get_attribute("href")
    )
    text = chromium.run("return fetch(arguments[0]).then(answer => answer.text())", str(link))
    assert "DỰ THẢO" not in text
    assert "BÁO CÁO" in text


def test_what_is_signed_meanwhile_is_not_signed_unseen(manned: Any, chromium: Any) -> None:
    enter(manned, "coal", 1490.0, "lần hai")
    open_as(manned, chromium, "checker")
    enter(manned, "coal", 1470.0, "lần ba")
    waiting = group(chromium, "check")
    for box in waiting.find_elements("css selector", "[name=estimates]:not(:checked)"):
        box.click()
    waiting.find_element("css selector", "[data-step=check]").click()
    chromium.wait_for(lambda: chromium.all(".said.bad"))
    assert "đã được" in chromium.text(".said.bad")
    assert "coal" not in chromium.text(".said.bad")  # by name
    assert states(manned)["coal"] == "draft"


def test_the_signing_page_prints_on_one_sheet_and_fits_a_phone(manned: Any, chromium: Any) -> None:
    open_as(manned, chromium, "checker")
    assert chromium.sheets() == 1
    open_as(manned, chromium, "checker", width=360)
    assert chromium.violations() == []
    assert chromium.run("return document.documentElement.scrollWidth") <= 360
