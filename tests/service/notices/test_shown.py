"""Notices over HTTP: the list, the Atom feed, the page with its rules, and Today."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

from data.notices.deliveries import claim
from data.notices.rows import Notice, add_notices, notices_of
from data.notices.rules import rules_of

PLAN, AT = "demo-2018", datetime(2018, 7, 1, tzinfo=UTC)
NOTICE = Notice("status", "a", "Than đá <khó> đạt.", "Coal <fell>.", "coal", "A" * 12)
ATOM = "{http://www.w3.org/2005/Atom}"


def told(service: Any) -> None:
    add_notices(service.app.state.vedich.store, "demo", PLAN, [NOTICE], AT)


def test_the_list_and_the_feed(own_service: Any) -> None:
    told(own_service)
    (one,) = own_service.get(f"/v1/plans/{PLAN}/notices").json()["notices"]
    assert (one["rule"], one["kpi"], one["stamp"]) == ("status", "coal", "A" * 12)
    assert one["text"] == {"vi": NOTICE.vi, "en": NOTICE.en}
    answered = own_service.get(f"/v1/plans/{PLAN}/notices/feed.atom?lang=vi")
    assert answered.headers["content-type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(answered.content)
    (entry,) = feed.findall(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}title") == NOTICE.vi
    assert entry.findtext(f"{ATOM}content") == f"{NOTICE.vi} (Mã tra cứu: {'A' * 12})"
    assert entry.findtext(f"{ATOM}updated") == AT.isoformat()
    assert feed.findtext(f"{ATOM}updated") == AT.isoformat()


def test_the_page_shows_notices_and_sets_the_rules(own_service: Any) -> None:
    assert "No notices yet." in own_service.get(f"/plans/{PLAN}/notices?lang=en").text
    told(own_service)
    page = own_service.get(f"/plans/{PLAN}/notices?lang=en").text
    assert "Coal &lt;fell&gt;." in page
    assert f"/plans/{PLAN}/kpis/coal" in page
    form = {"moved": "15", "on": ["status", "moved"], "mail": "a@so.vn\r\nb@so.vn en\r\n"}
    sent = own_service.post(f"/plans/{PLAN}/notices?lang=en", data=form)
    assert sent.status_code == 303
    rules = rules_of(own_service.app.state.vedich.store, PLAN)
    assert (rules.moved, rules.on("moved"), rules.on("digest")) == (15.0, True, False)
    assert [(one.address, one.lang) for one in rules.mail] == [
        ("a@so.vn", "vi"),
        ("b@so.vn", "en"),
    ]
    wrong = own_service.post(f"/plans/{PLAN}/notices?lang=en", data={**form, "mail": "nobody"})
    assert wrong.status_code == 422
    assert "nobody" in wrong.text


def test_rules_over_http(own_service: Any) -> None:
    address = f"/v1/plans/{PLAN}/notices/rules"
    assert own_service.get(address).json() == {"moved": 10.0, "off": [], "mail": []}
    wanted = {"moved": 20, "off": ["drift"], "mail": [{"address": "a@so.vn", "lang": "en"}]}
    assert own_service.post(address, json=wanted).status_code == 200
    assert own_service.get(address).json() == {**wanted, "moved": 20.0}
    wrong = own_service.post(address, json={**wanted, "mail": [{"address": "x"}]})
    assert wrong.status_code == 422


def test_today_counts_them(own_service: Any) -> None:
    assert "1 notice, July 2018" not in own_service.get(f"/plans/{PLAN}/today?lang=en").text
    told(own_service)
    page = own_service.get(f"/plans/{PLAN}/today?lang=en").text
    assert "1 notice, July 2018" in page
    assert f"/plans/{PLAN}/notices?" in page


def test_metrics_count_notices_and_deliveries(own_service: Any) -> None:
    told(own_service)
    store = own_service.app.state.vedich.store
    assert claim(store, notices_of(store, PLAN)[0].id, "mail", "a@so.vn", AT) is not None
    lines = own_service.get("/metrics").text.splitlines()
    assert 'vedich_notices{plan="demo-2018",rule="status"} 1.0' in lines
    assert 'vedich_deliveries{state="sending"} 1.0' in lines
    assert 'vedich_deliveries{state="failed"} 0.0' in lines
