"""The rule of rights by hand: own body, above, beside, shared."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import pytest

from data.accounts.accounts import Access
from data.accounts.bodies import HOUSE, Bodies, Body
from service.rights.ownership import Named, named
from service.rights.rules import ACCESS, access_to, administers, administers_house, may

BODIES = Bodies(
    {
        body.slug: body
        for body in (
            Body(HOUSE, "Cả nước", "Nation", None, True),
            Body("north", "Bắc", "North", HOUSE, False),
            Body("south", "Nam", "South", HOUSE, False),
            Body("harbour", "Cảng", "Harbour", "south", True),
        )
    },
    {"n": "north", "s": "south", "h": "harbour", "all": HOUSE},
)


@dataclass(frozen=True)
class One:
    role: Access
    body: str | None


@pytest.mark.parametrize(
    ("body", "role", "owner", "access"),
    [
        ("north", "approver", "north", "approver"),
        ("north", "public", "north", "public"),  # a key that reads what was issued
        (HOUSE, "admin", "north", "viewer"),
        (HOUSE, "public", "north", "public"),
        (HOUSE, "admin", "harbour", "viewer"),  # two levels down
        ("south", "entry", "harbour", "viewer"),
        ("harbour", "admin", "south", None),  # nobody looks up
        ("north", "admin", HOUSE, "public"),  # but the house shares what it issued
        ("north", "admin", "south", None),
        ("north", "admin", "harbour", "public"),
        (None, "public", "south", None),
        (None, "public", "harbour", "public"),
        (HOUSE, "checker", HOUSE, "checker"),
    ],
)
def test_by_hand(body: str | None, role: Access, owner: str, access: Access | None) -> None:
    assert access_to(One(role, body), BODIES.by_slug[owner], BODIES) == access


def test_nobody_changes_what_is_not_their_own() -> None:
    for role, body, (family, owner) in product(
        ACCESS, (None, *BODIES.by_slug), BODIES.of_family.items()
    ):
        if body != owner:
            assert not may(One(role, body), "entry", family, BODIES)
            assert not may(One(role, body), "admin", family, BODIES)


def test_a_family_that_nobody_placed_is_the_house_s() -> None:
    assert may(One("entry", HOUSE), "entry", "new", BODIES)
    assert not may(One("admin", "north"), "viewer", "new", BODIES)


def test_administrators_manage_their_own_body_and_those_below() -> None:
    assert administers(One("admin", HOUSE), "harbour", BODIES)
    assert administers(One("admin", "south"), "harbour", BODIES)
    assert not administers(One("admin", "harbour"), "south", BODIES)
    assert not administers(One("admin", "south"), "north", BODIES)
    assert not administers(One("approver", HOUSE), "north", BODIES)
    assert administers_house(One("admin", HOUSE))
    assert not administers_house(One("admin", "north"))


def test_what_a_request_names() -> None:
    embed = "http://h/embed/lang-son-2021/coal?x=1"
    given = [("plan", "b-2021"), ("plan", "c-2021"), ("import", "7"), ("url", embed)]
    assert list(named("/plans/a-2021/data", {"plan": "a-2021"}, given)) == [
        Named("plan", "a-2021"),
        Named("plan", "b-2021"),
        Named("plan", "c-2021"),
        Named("import", "7"),
    ]
    assert list(named("/oembed", {}, [("url", embed)])) == [Named("plan", "lang-son-2021")]
    assert list(named("/oembed", {}, [("url", "http://[")])) == []
    assert list(named("/v1/imports/7/undo", {"id": "7"}, [])) == [Named("import", "7")]
    assert list(named("/v1/jobs/ab", {"id": "ab"}, [])) == [Named("job", "ab")]
    assert list(named("/v1/plans/a-2021/scenarios/3", {"plan": "a-2021", "id": "3"}, [])) == [
        Named("plan", "a-2021")
    ]
    assert list(named("/v1/stamps/x", {"stamp": "abcd-efgh-2345"}, [])) != []
