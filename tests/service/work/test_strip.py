"""The strip of long work on every page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from data.jobs.rows import beat, claim, end
from service.work import strip
from service.work.strip import PLACE

PAGES = ("/plans/demo-2018", "/plans/demo-2018/models", "/plans/demo-2018/reports", "/docs")


@pytest.mark.parametrize("path", PAGES)
def test_there_is_none_without_work(own_service: Any, path: str) -> None:
    page = own_service.get(f"{path}?lang=vi").text
    assert PLACE not in page
    assert 'class="work"' not in page


@pytest.mark.parametrize("path", PAGES)
def test_every_page_says_how_far_work_is_and_what_came_of_it(own_service: Any, path: str) -> None:
    store = own_service.app.state.vedich.store
    address = f"{path}?lang=vi"
    without = own_service.get(address)
    own_service.post("/v1/plans/demo-2018/retrain", json={"as_of": "2018-06"})
    waiting = own_service.get(address)
    assert "Đang chờ đến lượt" in waiting.text
    assert without.headers.get("etag") != waiting.headers.get("etag") or path in PAGES[2:]
    job = claim(store, "a process", 1)
    assert job is not None
    beat(store, job, (1, 4, "coal 2017"))
    own_service.app.state.vedich.jobs._read = (0.0, ())
    running = own_service.get(address).text
    assert "25% · Than đá 2017" in running
    assert '<progress aria-label="Huấn luyện lại' in running
    assert running.count("work.js") == 1
    end(store, job, "done", result={})
    own_service.app.state.vedich.jobs._read = (0.0, ())
    over = own_service.get(address).text
    assert '<a class="changed" href="/plans/demo-2018/why?lang=vi">Xem những thay đổi</a>' in over


def test_what_ended_a_while_ago_is_told_no_more(
    own_service: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = own_service.post("/v1/plans/demo-2018/retrain", json={"as_of": "2018-06"}).json()
    own_service.post(f"/v1/jobs/{job['id']}/cancel")
    assert "Đã hủy." in own_service.get("/plans/demo-2018?lang=vi").text
    monkeypatch.setattr(strip, "STAYS", timedelta(0))
    assert "Đã hủy." not in own_service.get("/plans/demo-2018?lang=vi").text
