"""How long a database may take whose engine others make."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import OperationalError

from data.db import patience

MLFLOW = "postgresql+psycopg://user:secret@127.0.0.1:1/mlflow"
OURS = "postgresql+psycopg://user:secret@127.0.0.1:1/vedich"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """The seconds within which each connection was to be made."""
    found: list[int] = []

    def connect(*_given: Any, connect_timeout: int, **_named: Any) -> None:
        found.append(connect_timeout)
        raise psycopg.OperationalError("nobody is there")

    monkeypatch.setattr(patience.Impatient, "connect", connect)
    yield found
    event.remove(Engine, "do_connect", patience._impatient(8, MLFLOW))


def test_only_the_database_that_was_named_is_limited(asked: list[int]) -> None:
    patience.limit_waiting_at(MLFLOW, 8)
    patience.limit_waiting_at(MLFLOW, 8)  # again is no harm
    for url, expected in ((MLFLOW, [4]), (OURS, [])):
        with pytest.raises(OperationalError):
            create_engine(url).connect()
        assert asked == expected
        asked.clear()
    ours = create_engine(OURS)
    patience.limit_waiting(ours, 20)
    with pytest.raises(OperationalError):
        ours.connect()
    assert asked == [10]
