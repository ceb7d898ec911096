"""The forms of a planner's year: shown back before they are saved, refused with the place."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date
from html import unescape
from typing import Any

import openpyxl
import pytest

from data.accounts.accounts import has_accounts
from data.accounts.identities import is_linked
from data.db.audit import entries
from data.plans.rows import load_plan
from data.readers.plan_document.file import plan_workbook
from data.sign_off.rows import sign_off
from models.series import Month
from service.auth.access import declared
from service.pages.menu import topic_of
from service.texts import HELP, LANGUAGES, TEXT
from tests.families import demo_plan
from tests.service.pages.test_pages import text_of

pytestmark = pytest.mark.slow

PLAN = "/plans/demo-2018"
TYPED = {
    **{"name": "Kế hoạch thử", "body": "Sở Mới", "year": "2019", "adopted": "2019-01-15"},
    **{"document": "QĐ 1", "kpi": ["Than đá", "Điện"], "unit": ["nghìn tấn", "triệu kWh"]},
    **{"kind": ["flow", "flow"], "comparator": ["at_least", "at_most"]},
    "bound": ["1.600,5", ""],
}


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None
    return unescape(found[1])


def test_a_plan_is_typed_shown_and_saved(own_service: Any) -> None:
    shown = own_service.post("/new-plan?lang=vi", data=TYPED)
    assert shown.status_code == 200
    assert "từ 1.600,5 nghìn tấn trở lên" in unescape(shown.text).replace("1.601", "1.600,5")
    store = own_service.app.state.vedich.store
    saved = own_service.post(
        "/new-plan?lang=vi", data={"text": hidden(shown.text, "text"), "save": "true"}
    )
    assert saved.headers["location"] == "/plans/so_moi-2019/manage?lang=vi"
    plan = load_plan(store, "so_moi-2019")
    assert [kpi.slug for kpi in plan.kpis] == ["than_da", "dien"]
    ((slug, target),) = plan.versions[0].targets
    assert (slug, target.lower, target.source) == ("than_da", 1600.5, "QĐ 1")
    assert plan.versions[0].adopted == date(2019, 1, 15)
    assert entries(store)[0].action == "plan.save"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"bound": ["1,600", ""]}, "có thể là 1,6 hoặc 1.600"),
        ({"kpi": ["", ""], "unit": ["", ""], "bound": ["", ""]}, "Cần ít nhất một chỉ tiêu"),
        ({"year": "năm nay"}, "Cần một số nguyên; đã nhập 'năm nay'"),
        ({"adopted": "15 tháng 1"}, "Cần một ngày, chẳng hạn 29/6/2021"),
        ({"unit": ["", "triệu kWh"]}, "kpis[0].unit: cần 'unit'"),
    ],
)
def test_what_is_wrong_with_a_typed_plan_is_said_and_the_rest_is_kept(
    own_service: Any, change: dict[str, Any], told: str
) -> None:
    answer = own_service.post("/new-plan?lang=vi", data={**TYPED, **change})
    assert answer.status_code == 422
    assert told in text_of(answer.text)
    assert 'value="Kế hoạch thử"' in answer.text


def test_a_wrong_workbook_is_refused_cell_by_cell(own_service: Any) -> None:
    book = openpyxl.load_workbook(io.BytesIO(plan_workbook(demo_plan())))
    targets = next(sheet for sheet in book if sheet.title.startswith("Mục tiêu"))
    targets["B2"], targets["D4"] = "cole", "nhiều"
    content = io.BytesIO()
    book.save(content)
    send = {"file": ("kế hoạch.xlsx", content.getvalue())}
    answer = own_service.post("/new-plan?lang=vi", files=send)
    assert answer.status_code == 422
    problems = re.findall(
        r"<li>(.*?)</li>", answer.text.split('id="problems"')[1].split("</ul>")[0]
    )
    told = [unescape(one) for one in problems]
    assert len(told) == 2
    assert any("ô B2: cần một chỉ tiêu của kế hoạch này, gặp 'cole'" in one for one in told), told
    assert any("ô D4: cần một số, gặp 'nhiều'" in one for one in told), told
    for name, sent in (("a.xls", b"\xd0\xcf\x11\xe0"), ("a.xlsx", b"no"), ("a.txt", b"{}")):
        assert own_service.post("/new-plan", files={"file": (name, sent)}).status_code == 422


def test_the_same_plan_sent_again_says_that_nothing_is_new(own_service: Any) -> None:
    send = {"file": ("plan.xlsx", own_service.get(f"{PLAN}/plan.xlsx").content)}
    assert "The file has nothing new" in own_service.post("/new-plan?lang=en", files=send).text


def test_a_plan_is_amended_with_date_and_document(own_service: Any) -> None:
    page = own_service.get(f"{PLAN}/amend?lang=vi").text
    lower, upper = (
        re.findall(rf'name="{name}"[^>]*? value="([^"]*)"', page) for name in ("lower", "upper")
    )
    assert lower[0] == "1.600"
    lower[0] = "1.700,5"
    form = {"adopted": "2018-07-02", "document": "QĐ 9", "lower": lower, "upper": upper}
    shown = own_service.post(f"{PLAN}/amend?lang=vi", data=form)
    assert "Than đá (được giao, cả năm): từ 1.600,0" in text_of(shown.text)
    assert text_of(shown.text).count("→") <= 1
    assert len(load_plan(own_service.app.state.vedich.store, "demo-2018").versions) == 2
    own_service.post(f"{PLAN}/amend?lang=vi", data={"text": hidden(shown.text, "text")})
    plan = load_plan(own_service.app.state.vedich.store, "demo-2018")
    newest = plan.versions[-1]
    assert (newest.number, newest.adopted, newest.document) == (3, date(2018, 7, 2), "QĐ 9")
    before = plan.versions[1].targets_of("output")
    assert before
    assert newest.targets_of("output") == before
    assert newest.targets_of("coal")[0].lower == 1700.5
    wrong = own_service.post(f"{PLAN}/amend?lang=vi", data={**form, "lower": ["1,700"]})
    assert wrong.status_code == 422
    assert "có thể là 1,7 hoặc 1.700" in text_of(wrong.text)


def test_next_years_plan_is_made_and_its_targets_filled_in(own_service: Any) -> None:
    made = own_service.post(f"{PLAN}/roll-over?lang=vi", data={"year": "2019"})
    assert made.headers["location"] == "/plans/demo-2019/amend?lang=vi"
    page = own_service.get(made.headers["location"]).text
    assert "Nhập mức giao của kế hoạch" in page
    names = re.findall(r'<th scope="row">([^<]+)<small>', page)
    assert names[0] == "Than đá"
    lower = ["1.700", *[""] * (len(names) - 1)]
    form = {"adopted": "2019-01-10", "document": "QĐ 1", "lower": lower}
    shown = own_service.post("/plans/demo-2019/amend?lang=vi", data=form)
    own_service.post("/plans/demo-2019/amend", data={"text": hidden(shown.text, "text")})
    (version,) = load_plan(own_service.app.state.vedich.store, "demo-2019").versions
    assert [(kpi, target.lower) for kpi, target in version.targets] == [("coal", 1700.0)]
    again = own_service.post(f"{PLAN}/roll-over?lang=vi", data={"year": "2019"})
    assert again.status_code == 422
    assert "Đã có kế hoạch 'demo-2019'" in text_of(again.text)


def test_a_correction_is_a_new_figure_with_its_day(own_service: Any) -> None:
    page = text_of(own_service.get(f"{PLAN}/figures?month=2018-06&lang=vi").text)
    assert "Thường là 30/6/2018" in page
    form = {"month": "2018-06", "published": "2018-07-05", "status": "restated"}
    form |= {"kpi": ["coal", "steel"], "value": ["150,25", ""]}  # type: ignore[dict-item]
    sent = own_service.post(f"{PLAN}/figures?lang=vi", data=form)
    assert sent.status_code == 303
    address = sent.headers["location"].partition("#")[0]
    shown = text_of(own_service.get(address).text)
    assert "1 số thay đổi" in shown
    assert "150,25 nghìn tấn sơ bộ, 05/7/2018" in shown
    upload = re.search(r"import=(u\w+)", address)
    assert upload is not None
    own_service.post(f"/v1/imports/{upload[1]}/commit", json={})
    panel = own_service.app.state.vedich.panel("demo")
    of_june = [one for one in panel.printed["coal"] if one.month == Month(2018, 6)]
    assert len([one for one in of_june if one.form == "month"]) == 2
    assert (of_june[-1].value, of_june[-1].published) == (150.25, date(2018, 7, 5))
    for change, told in (
        ({"value": ["1,500", ""]}, "Than đá: '1,500' có thể là 1,5 hoặc 1.500"),
        ({"value": ["", ""]}, "Cần ít nhất một số"),
        ({"published": "hôm nay"}, "Cần một ngày"),
    ):
        wrong = own_service.post(f"{PLAN}/figures?lang=vi", data={**form, **change})
        assert wrong.status_code == 422
        assert told in text_of(wrong.text)


def test_the_estimates_of_a_month_are_saved_all_or_none(own_service: Any) -> None:
    address, store = f"{PLAN}/estimates?as_of=2018-06&lang=vi", own_service.app.state.vedich.store
    form: dict[str, Any] = {"kpi": ["coal", "output"], "value": ["4,5", "5,5"], "reason": "x"}
    shown = own_service.post(address, data=form)
    assert "4,5 nghìn tấn" in text_of(shown.text)
    assert "thấp hơn số lũy kế" in text_of(shown.text)
    sent = {"kpi": ["coal", "output"], "exact": ["4.5", "5.5"], "why": ["x", "x"], "save": "true"}
    assert own_service.post(address, data=sent).status_code == 409
    assert not sign_off(store, "demo-2018", Month(2018, 6)).estimates
    saved = own_service.post(address, data={**sent, "sure": ["coal", "output"]})
    assert saved.status_code == 303
    known = sign_off(store, "demo-2018", Month(2018, 6)).current
    assert {kpi: one.value for kpi, one in known.items()} == {"coal": 4.5, "output": 5.5}
    again = own_service.post(address, data={**sent, "sure": ["coal", "output"]})
    assert again.status_code == 422  # the same once more
    for change, told in (
        ({"value": ["1,500", ""]}, "Than đá: '1,500' có thể là 1,5 hoặc 1.500"),
        ({"reason": ""}, "Than đá: cần ghi lý do"),
        ({"value": ["", ""]}, "Cần ít nhất một số"),
    ):
        wrong = own_service.post(address, data={**form, **change})
        assert wrong.status_code == 422
        assert told in text_of(wrong.text)


def test_the_preview_asks_for_the_day_and_matches_rows_once(own_service: Any) -> None:
    text = "Chỉ tiêu;Tháng;Giá trị\nThan sạch;2018-07;150\nsteel;2018-07;61,5\n"
    told = own_service.post("/v1/imports?plan=demo-2018&file=a.csv", content=text.encode()).json()
    page = f"{PLAN}/data?lang=vi&import={told['id']}"
    shown = own_service.get(page).text
    assert "Số liệu này công bố ngày nào?" in shown
    assert "Thường là 31/7/2018" in text_of(shown)
    assert 'name="published" type="date" required value="2018-07-31"' in shown
    assert own_service.post(page, data={"published": "2018-07-30"}).status_code == 303
    assert own_service.post(page, data={"row": "Than sạch", "kpi": "coal"}).status_code == 303
    shown = text_of(own_service.get(page).text)
    assert "Đang hiểu là công bố ngày 30/7/2018" in shown
    assert "2 số mới · công bố 30/7/2018" in shown
    late = own_service.post(page, data={"row": "Than sạch", "kpi": "coal"})
    assert "Các dòng đã thay đổi" in text_of(late.text)
    assert own_service.post(f"{PLAN}/data?import=u0", data={"published": "1"}).status_code == 404


def test_events_and_projects_are_decided_with_a_reason(own_service: Any) -> None:
    page = f"{PLAN}/events?lang=vi"
    add = {"step": "add", "kpi": "coal", "start": "2017-03", "shape": "pulse", "size": "-20"}
    assert own_service.post(page, data={**add, "name": "Lũ"}).status_code == 303
    assert "tháng 3/2017 lệch −20%, rồi trở lại (Lũ)" in text_of(own_service.get(page).text)
    reject = {"step": "reject", "kpi": "coal", "event": "2017-03-pulse", "note": "không có lũ"}
    own_service.post(page, data=reject)
    assert re.search("× không chấp nhận.*không có lũ", text_of(own_service.get(page).text))
    mine = {"step": "add-project", "kpi": "coal", "name": "Mỏ mới", "start": "2018-09"}
    own_service.post(page, data={**mine, "size": "5,5", "on_time": "70"})
    own_service.post(page, data={"step": "accept-project", "project": "1", "note": "có giấy phép"})
    shown = text_of(own_service.get(page).text)
    assert "Mỏ mới (Than đá): bắt đầu từ tháng 9/2018, +5,5 nghìn tấn mỗi tháng" in shown
    assert "có giấy phép" in shown
    wrong = own_service.post(page, data={**add, "size": "nhiều", "name": "x"})
    assert wrong.status_code == 422
    assert "Cần một số" in text_of(wrong.text)


def test_the_first_account_is_an_administrators(own_service: Any) -> None:
    new = {"name": "linh", "password": "a long password"}
    refused = own_service.post("/house/accounts?lang=vi", data={**new, "role": "viewer"})
    assert refused.status_code == 422
    assert "Tài khoản đầu tiên phải là quản trị" in text_of(refused.text)
    assert not has_accounts(own_service.app.state.vedich.store)
    weak = own_service.post("/house/accounts", data={**new, "password": "x", "role": "admin"})
    assert weak.status_code == 422
    own_service.post("/house/accounts", data={**new, "role": "admin"})
    assert own_service.get("/house").status_code == 401


def test_a_keys_secret_is_shown_once(office: Any) -> None:
    made = office.ask("admin", "POST", "/house/keys?lang=en", data={"name": "excel"})
    found = re.search(r'id="secret".*?<code>([^<]+)</code>', made.text, re.DOTALL)
    assert found is not None
    assert found[1] not in office.ask("admin", "GET", "/house").text
    office.ask("admin", "POST", "/house/keys/excel")
    assert "excel" in office.ask("admin", "GET", "/house").text
    logged = [one.action for one in entries(office.store) if one.by == "admin"]
    assert [action for action in logged if action.startswith("key.")] == ["key.revoke", "key.add"]


def test_every_page_for_people_has_its_help_in_both_languages(service: Any) -> None:
    found = set()
    for method, path, _ in declared(service.app):
        elsewhere = path.startswith(("/v1", "/odata", "/embed", "/login/"))
        if method != "GET" or elsewhere or "." in path or "{name}" in path:
            continue
        place = path.format(plan="demo-2018", kpi="coal")
        answer = service.get(f"{place}?as_of=2018-06&lang=vi")
        if answer.headers.get("content-type", "").startswith("text/html"):
            assert answer.status_code == 200, path
            found.add(topic_of(path))
            assert 'class="help"' in answer.text, path
    for lang in LANGUAGES:
        assert found <= set(HELP[lang]), found - set(HELP[lang])
        guide = unescape(service.get(f"/help?lang={lang}").text)
        for topic in HELP[lang]:
            assert 1 < len(HELP[lang][topic]) < 700
            assert TEXT[lang][f"guide.{topic}"] in guide


def test_what_a_plan_lacks_is_the_next_step(own_service: Any) -> None:
    store = own_service.app.state.vedich.store
    made = own_service.post("/new-plan", data={"text": _text("new"), "save": "true"})
    page = own_service.get(made.headers["location"]).text
    assert re.search(r'<li class="way-done">.*?way-next" aria-current="step"', page, re.DOTALL)
    assert "/plans/new-2018/data?lang=vi" in page
    assert load_plan(store, "new-2018").family == "new"
    assert "way-next" not in own_service.get(f"{PLAN}/manage").text  # it has its answers


def test_today_of_a_plan_without_an_answer_leads_to_it(own_service: Any) -> None:
    own_service.post("/new-plan", data={"text": _text("new"), "save": "true"})
    shown = own_service.get("/plans/new-2018/today?lang=vi").text
    assert re.search(r'way-done.*?way-next" aria-current="step"', shown, re.DOTALL)
    assert 'id="tasks-new-2018"' not in shown
    assert "way-next" in own_service.get("/?lang=vi").text
    assert "way-next" not in own_service.get(f"{PLAN}/today?as_of=2018-01").text


def test_somebody_of_the_offices_provider_is_linked_to_an_account(office: Any) -> None:
    state, sent = office.client.app.state.vedich, {"step": "link", "subject": "abc-1"}
    page = office.ask("admin", "GET", "/house?lang=en").text
    assert 'name="subject"' not in page
    refused = office.ask("admin", "POST", "/house/accounts/viewer?lang=vi", data=sent)
    assert "Chưa đặt VEDICH_OIDC_ISSUER" in text_of(refused.text)
    there = {"oidc_issuer": "https://id.example"}
    state.settings = state.settings.model_copy(update=there)
    assert 'name="subject"' in office.ask("admin", "GET", "/house?lang=en").text
    linked = office.ask("admin", "POST", "/house/accounts/viewer", data=sent)
    assert linked.status_code in (200, 303)
    assert is_linked(office.store, "viewer")
    again = office.ask("admin", "POST", "/house/accounts/entry?lang=en", data=sent)
    assert "has the account 'viewer' already" in text_of(again.text)
    to = "/v1/accounts/entry/link"
    assert office.ask("admin", "POST", to, json={"subject": " "}).status_code == 422
    assert office.ask("admin", "POST", to, json={"subject": "abc-1"}).status_code == 422
    assert office.ask("admin", "POST", to, json={"subject": "abc-2"}).status_code == 204
    assert is_linked(office.store, "entry")


def _text(family: str) -> str:
    from data.readers.plan_document.file import plan_text

    return plan_text(replace(demo_plan(), slug=f"{family}-2018", family=family))


def test_aliases_that_stand_for_more_than_can_be_read_are_refused(own_service: Any) -> None:
    text = "plan: x-2021\nbody: x\nname: x\nkpis: &a [{slug: a}]\nversions: [*a]\n"
    sent = {"file": ("plan.yaml", text.encode())}
    answer = own_service.post("/new-plan?lang=en", files=sent)
    assert answer.status_code == 422
    assert "found an alias" in text_of(answer.text)
    for text in ("[" * 100_000, "no", "[]"):
        assert own_service.post(f"{PLAN}/amend", data={"text": text}).status_code == 422
