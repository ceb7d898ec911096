"""Why and what if, in a real browser."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest

pytestmark = pytest.mark.slow

PLAN = "/plans/demo-2018"
MONTH = "as_of=2018-06"


def test_why_says_first_what_became_of_the_forecast(served: Any, chromium: Any) -> None:
    chromium.open(f"{served.address}{PLAN}/why?{MONTH}&lang=vi", 1366)
    headings = [one.text for one in chromium.all("main h2")]
    assert headings[0].startswith("Vì sao dự báo thay đổi từ 31/5/2018")
    assert "chỉ tiêu" in chromium.text("#answer")
    moved = chromium.all(".move")
    for one in moved:
        rows = one.find_elements("css selector", ".waterfall tbody tr")
        assert rows[0].text.startswith("tháng 5/2018")
        assert rows[-1].text.startswith("tháng 6/2018")
        assert all(row.find_elements("css selector", "svg.wf") for row in rows)
        ends = [re.search(r"(\d+)%", rows[place].text) for place in (0, -1)]
        steps = [
            float(row.text.split()[-1].replace("−", "-").replace(",", ".")) for row in rows[1:-1]
        ]
        if all(ends):
            before, now = (float(one[1]) for one in ends if one)
            assert before + sum(steps) == pytest.approx(now, abs=1.5)
    assert moved or "hầu như không đổi" in chromium.text("#answer")


def test_the_model_that_is_missing_is_made_from_the_page(
    served: Any, chromium: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Any] = []
    going = threading.Event()

    def work(_store: Any, _settings: Any, plan: str, day: Any, _by: str) -> Any:
        asked.append((plan, str(day)))

        def run(progress: Any) -> dict[str, Any]:
            progress(1, 3, "coal 2017")
            assert going.wait(60)
            return {"reason": "made up for a test"}

        return run

    monkeypatch.setattr("service.api.plans.retrain_work", work)
    chromium.open(f"{served.address}{PLAN}/why?as_of=2018-03&from=2018-02&lang=vi", 1366)
    assert "Chưa có mô hình cho tháng 2/2018" in chromium.text("#no-model")
    chromium.find("#no-model button").click()
    chromium.wait_for(lambda: "1 / 3" in chromium.text("#no-model"))
    assert asked == [("demo-2018", "2018-02-28")]
    going.set()
    chromium.wait_for(lambda: "Đã ghi." in chromium.text())


def test_why_prints_on_one_sheet(served: Any, chromium: Any) -> None:
    chromium.open(f"{served.address}{PLAN}/why?{MONTH}&lang=vi", 1366)
    assert chromium.sheets() == 1


def test_several_targets_are_changed_at_once_and_stand_on_charts(
    served: Any, chromium: Any
) -> None:
    chromium.open(f"{served.address}{PLAN}/what-if?{MONTH}&lang=vi", 1366)
    if not chromium.find("#w-name").is_displayed():
        chromium.find("#suppose summary").click()
    chromium.find("#w-name").send_keys("Mỏ ngừng tháng 12")
    chromium.find("#w-kpi-0 option[value=coal]").click()
    assert not chromium.find("#w-size-0").is_displayed()
    chromium.find("#w-value-0").send_keys("-40")
    chromium.find("input[name='changes.0.months'][value='2018-12']").click()
    chromium.find("[data-more]").click()
    chromium.find("#w-kpi-1 option[value=steel]").click()
    chromium.find("#w-shape-1 option[value=event]").click()
    chromium.find("#w-size-1").send_keys("-20")
    assert chromium.find("#w-value-0").is_displayed()  # of the first change as before
    chromium.press(chromium.find("#lever button[type=submit]"))
    assert "A Mỏ ngừng tháng 12" in chromium.text("#shown")
    assert "Than đá" in chromium.text("#shown")
    names = [one.text.split("\n")[0] for one in chromium.all(".compared h2 a")]
    assert {"Than đá", "Thép", "Than và thép"} <= set(names)
    coal = next(one for one in chromium.all(".compared") if "Than đá" in one.text)
    assert len(coal.find_elements("css selector", "svg.fans polygon.band")) == 2
    assert "Dự báo" in coal.find_element("css selector", "svg.fans").get_attribute("aria-label")
    assert len(coal.find_elements("css selector", "tbody tr")) == 2
    assert chromium.violations() == []


def test_four_scenarios_stand_side_by_side_and_no_fifth(served: Any, chromium: Any) -> None:
    address = f"{served.address}/v1/plans/demo-2018/scenarios"
    send = (
        "return fetch(arguments[0], {method: 'POST', body: JSON.stringify(arguments[1]),"
        " headers: {'Content-Type': 'application/json'}}).then(answer => answer.json())"
    )
    ids = []
    for percent in (-30, -10, 10, 20, 40):
        change = {"kpi": "coal", "shape": "percent", "months": ["2018-11"], "value": percent}
        given = {"name": f"Tháng 11 {percent}%", "as_of": "2018-06", "changes": [change]}
        ids.append(chromium.run(send, address, given)["id"])
    asked = "&".join(f"id={one}" for one in ids)
    chromium.open(f"{served.address}{PLAN}/what-if?{MONTH}&lang=en&{asked}", 1366)
    coal = next(one for one in chromium.all(".compared") if "Coal" in one.text)
    assert len(coal.find_elements("css selector", "svg.fans polygon.band")) == 5
    rows = coal.find_elements("css selector", "tbody tr")
    assert len(rows) == 5
    assert all("%" in row.text for row in rows)  # each with its probability
    assert len(chromium.all("#choose input:checked")) == 4
    for box in chromium.all("#choose input:checked")[1:]:
        box.click()
    chromium.press(chromium.find("#choose button"))
    assert len(chromium.all("#shown li")) == 1


def test_a_scenario_is_taken_over_as_the_official_estimate(served: Any, chromium: Any) -> None:
    chromium.open(f"{served.address}{PLAN}/what-if?{MONTH}&lang=vi", 1366)
    coal = next(one for one in chromium.all(".compared") if "Than đá" in one.text)
    coal.find_element("css selector", "details summary").click()
    chromium.press(coal.find_element("css selector", "button.take"))
    assert "Xem lại trước khi ghi" in chromium.text("h1")
    assert "nghìn tấn" in chromium.text("#understood")
    assert "Theo kịch bản “" in chromium.text()
