"""Headers that carry names: of what was created, of files."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import unquote

import pytest

from data.plans.kpi import Kpi
from data.plans.plan import PlanVersion
from data.plans.rows import save_plan
from models.targets.task import Task
from service.web.respond import file_named
from tests.families import small_plan

FAMILY = "lạng-sơn"
COUNTED = Kpi("kiểm_tra", "Kiểm tra", "Inspections", "lượt", kind="count")
WORDS = Kpi("giá", "Giá", "Prices", "", kind="log")
SALES = Kpi("bán_lẻ", "Bán lẻ", "Retail", "tỷ đồng")


@pytest.fixture
def plan(office: Any) -> str:
    from datetime import date

    version = PlanVersion(1, date(2018, 1, 15), "made up", (), tasks=())
    made = small_plan(FAMILY, 2018, (COUNTED, WORDS, SALES), (version,))
    task = Task(due=date(2018, 12, 31), of=10)
    made = replace(made, versions=(replace(version, tasks=(("kiểm_tra", task),)),))
    save_plan(office.store, made)
    return made.slug


NEW = [
    ("/v1/plans/{plan}/tasks/kiểm_tra/progress", {"day": "2018-03-01", "done": 3}),
    ("/v1/plans/{plan}/log/giá", {"month": "2018-03", "day": "2018-04-01", "vi": "a", "en": "b"}),
    (
        "/v1/plans/{plan}/events",
        {"kpi": "bán_lẻ", "start": "2017-03", "shape": "pulse", "size": -0.2, "day": "2018-04-01"},
    ),
    (
        "/v1/plans/{plan}/versions",
        {"adopted": "2018-05-01", "document": "x", "targets": []},
    ),
]


@pytest.mark.parametrize(("path", "body"), NEW)
def test_what_is_created_under_a_vietnamese_name_has_an_address(
    office: Any, plan: str, path: str, body: dict[str, Any]
) -> None:
    answer = office.ask("key:entry", "POST", path.format(plan=plan), json=body)
    assert answer.status_code == 201, answer.text
    location = answer.headers["location"]
    assert location.isascii()
    assert plan in unquote(location)


def test_a_file_of_a_vietnamese_name_can_be_downloaded(office: Any, plan: str) -> None:
    path = f"/v1/plans/{plan}/form.xlsx?month=2018-03"
    answer = office.ask("viewer", "GET", path)
    assert answer.status_code == 200, answer.text
    assert "filename*=UTF-8''form-l%E1%BA%A1ng-s%C6%A1n" in answer.headers["content-disposition"]


def test_a_plain_name_stays_plain() -> None:
    assert file_named("a-2018.docx") == {
        "Content-Disposition": 'attachment; filename="a-2018.docx"'
    }
    assert file_named('a"b\\.md', inline=True)["Content-Disposition"].startswith(
        'inline; filename="a_b_.md"'
    )


@pytest.mark.parametrize("day", [0, 86400, 1.5, True, "0", "20180301", "2018-3-1", "0001-01-01"])
def test_a_day_is_written_as_one(office: Any, plan: str, day: Any) -> None:
    """A bare 0 was read as 1 January 1970."""
    path = f"/v1/plans/{plan}/tasks/kiểm_tra/progress"
    answer = office.ask("key:entry", "POST", path, json={"day": day, "done": 3})
    assert answer.status_code == 422
    (place,) = answer.json()["errors"]
    assert place["place"] == "body.day"
    assert "as YYYY-MM-DD" in place["message"]
