"""The version of a database: another after every commit, the same without one."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from data.db.audit import write_entry
from data.db.store import Store
from data.db.version import Version
from tests.data.conftest import postgresql  # noqa: F401


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'vedich.db'}"
        return
    with request.getfixturevalue("postgresql").database("migrated") as url:
        yield url


def commit(store: Store) -> None:
    with store.writing() as connection:
        write_entry(connection, "os:author", "key.add", "a key")


def told(version: Version, times: int = 1) -> Hashable:
    async def ask() -> list[Hashable]:
        return list(await asyncio.gather(*(version.now() for _ in range(times))))

    (one,) = set(asyncio.run(ask()))
    return one


def test_every_commit_changes_it_and_reading_does_not(url: str) -> None:
    store, other = Store.open(url), Store.open(url)
    version = Version(store)
    before = told(version, 3)
    assert before is not None
    for opened in (store, other):  # as another process would
        with opened.reading() as connection:
            connection.execute(text("SELECT count(*) FROM plans")).all()
        assert told(version) == before
        commit(opened)
        after = told(version)
        assert after not in (None, before)
        assert version.known() == after
        before = after
    version.close()
    for opened in (store, other):
        opened.close()


def test_a_transaction_that_is_undone_leaves_what_was_seen(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'vedich.db'}")
    version = Version(store)
    before = told(version)

    def undone() -> None:
        with store.locked() as connection:
            connection.execute(text("CREATE TABLE more (id INTEGER)"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        undone()
    assert told(version) == before
    version.close()
    store.close()


def test_a_file_that_is_gone_has_none(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'vedich.db'}")
    version = Version(store)
    before = told(version)
    (tmp_path / "vedich.db").rename(tmp_path / "moved.db")
    assert told(version) is None
    (tmp_path / "vedich.db").touch()  # another file
    assert told(version) is None
    (tmp_path / "moved.db").rename(tmp_path / "vedich.db")
    assert told(version) == before
    version.close()
    store.close()


@pytest.mark.slow
def test_who_comes_while_a_server_is_asked_gets_the_next_answer(
    postgresql: Any,  # noqa: F811
) -> None:
    with postgresql.database("migrated") as url:
        store = Store.open(url)
        version = Version(store)

        async def ask() -> tuple[Hashable, Hashable]:
            first = asyncio.ensure_future(version.now())
            await asyncio.sleep(0)
            await asyncio.sleep(0)  # it is under way
            await asyncio.to_thread(commit, store)
            late = await version.now()
            return await first, late

        first, late = asyncio.run(ask())
        assert late == told(version)
        assert first != late or first is None
        version.close()
        store.close()
