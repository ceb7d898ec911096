"""Bodies: the house that every database has, the tree below it, and the families of each."""

from __future__ import annotations

from dataclasses import replace
from importlib.resources import files

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, make_url, text

from data.accounts.accounts import accounts, add_account
from data.accounts.bodies import HOUSE, add_body, bodies_of, give_family, set_shares
from data.accounts.keys import add_key, api_keys
from data.db.audit import entries
from data.db.revision import revision_of
from data.db.store import Store
from data.plans.rows import load_plan, plans_of_year, save_plan
from models.errors import InvalidBody, UnknownBody, UnknownPlan
from tests.data.db.test_store import PLAN

NAMES = ("Sở Công Thương", "Department of Trade")


def test_a_new_database_is_one_open_house(store: Store) -> None:
    bodies = bodies_of(store)
    assert list(bodies.by_slug) == [HOUSE]
    assert bodies.by_slug[HOUSE].shares
    save_plan(store, PLAN)
    assert bodies_of(store).of("somewhere").slug == HOUSE
    assert bodies_of(store).of("elsewhere").slug == HOUSE


def test_a_family_comes_with_its_first_plan_and_moves_as_a_whole(store: Store) -> None:
    for slug in ("north", "south"):
        assert not add_body(store, slug, *NAMES, "os:root").shares
    save_plan(store, PLAN, body="north")
    save_plan(store, replace(PLAN, slug="somewhere-2022", year=2022))  # stays where it is
    assert bodies_of(store).families("north") == ("somewhere",)
    with pytest.raises(InvalidBody, match="vedich body give somewhere south"):
        save_plan(store, PLAN, body="south")
    before = revision_of(store, "somewhere")
    give_family(store, "somewhere", "south", "os:root")
    assert revision_of(store, "somewhere") != before  # what was cached is computed again
    assert bodies_of(store).families("south") == ("somewhere",)
    logged = entries(store, action="body.family")[0]
    assert (logged.before, logged.after) == ({"body": "north"}, {"body": "south"})
    assert plans_of_year(store, 2022) == (("somewhere-2022", "somewhere"),)


def test_bodies_stand_below_one_another(store: Store) -> None:
    add_body(store, "south", *NAMES, "os:root")
    add_body(store, "harbour", *NAMES, "os:root", parent="south")
    assert list(bodies_of(store).above("harbour")) == ["south", HOUSE]
    set_shares(store, "harbour", True, "os:root")
    assert bodies_of(store).by_slug["harbour"].shares
    assert entries(store, action="body.share")[0].before == {"shares": False}


def test_what_cannot_be_is_refused(store: Store) -> None:
    with pytest.raises(InvalidBody, match="lower-case letters"):
        add_body(store, "Hà Nội", *NAMES, "os:root")
    with pytest.raises(InvalidBody, match="in Vietnamese and in English"):
        add_body(store, "hanoi", "Hà Nội", " ", "os:root")
    with pytest.raises(InvalidBody, match="'house' already"):
        add_body(store, HOUSE, *NAMES, "os:root")
    for unknown in (
        lambda: add_body(store, "a", *NAMES, "os:root", parent="b"),
        lambda: set_shares(store, "b", True, "os:root"),
        lambda: save_plan(store, PLAN, body="b"),
        lambda: add_account(store, "linh", "entry", "bốn từ không liên quan", "os:root", "b"),
        lambda: add_key(store, "robot", "read", "os:root", body="b"),
    ):
        with pytest.raises(UnknownBody, match="no body 'b'"):
            unknown()
    with pytest.raises(UnknownPlan, match="family 'nowhere'"):
        give_family(store, "nowhere", HOUSE, "os:root")
    assert list(bodies_of(store).by_slug) == [HOUSE]


def test_an_older_database_becomes_one_house_without_a_change(empty_url: str) -> None:
    url = make_url(empty_url)
    if url.get_backend_name() == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    else:
        from pathlib import Path

        Path(str(url.database)).parent.mkdir(parents=True)
    configuration = Config()
    configuration.set_main_option("script_location", str(files("data.db") / "migrations"))
    engine = create_engine(url)
    with engine.begin() as connection:
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, "uploads")
        for statement in (
            "INSERT INTO plans VALUES ('old-2020', 'old', 2020, 'b', 'v', 'e', NULL, '')",
            "INSERT INTO accounts VALUES ('linh', 'admin', 'x', '2020-01-01 00:00:00', NULL)",
            "INSERT INTO api_keys VALUES ('bi', 'read', 'y', '2020-01-01 00:00:00', NULL)",
            "INSERT INTO sessions VALUES ('z', 'linh', '2099-01-01 00:00:00')",
        ):
            connection.execute(text(statement))
    engine.dispose()
    store = Store.open(empty_url)
    bodies = bodies_of(store)
    assert (list(bodies.by_slug), dict(bodies.of_family)) == ([HOUSE], {"old": HOUSE})
    assert bodies.by_slug[HOUSE].shares
    assert [(one.name, one.body) for one in accounts(store)] == [("linh", HOUSE)]
    (key,) = api_keys(store)
    assert (key.body, key.expires_at) == (HOUSE, None)
    assert load_plan(store, "old-2020").family == "old"
    with store.reading() as connection:
        assert connection.scalar(text("SELECT stage FROM sessions")) == "password"
    store.close()
