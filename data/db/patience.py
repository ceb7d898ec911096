"""How long PostgreSQL may take: to connect, to run a statement, and to say anything at all.

A server that is stopped keeps its connections open and says nothing, so its own
`statement_timeout` does not help: the client has to stop waiting.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import psycopg
from psycopg import errors
from sqlalchemy import Engine, event, make_url


class Impatient(psycopg.Connection[Any]):
    """A connection that is given up when the server stays silent."""

    patience: float | None = None  # seconds; None: without end

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        patience = timeout if timeout is not None else self.patience
        try:
            return super().wait(gen, interval, patience)
        except errors._WaitTimeout as late:
            self.pgconn.finish()  # nobody knows what is still under way on it
            raise psycopg.OperationalError(
                f"the server did not answer within {patience:g} seconds"
            ) from late


def limit_waiting(engine: Engine, seconds: float) -> None:
    """Give up connecting, statements and a silent server after so many seconds."""
    event.listen(engine, "do_connect", _impatient(seconds))


def limit_waiting_at(url: str, seconds: float) -> None:
    """The same for a database whose engine others make, such as MLflow; again is no harm."""
    event.listen(Engine, "do_connect", _impatient(seconds, url))


@cache
def _impatient(seconds: float, url: str | None = None) -> Callable[..., Any]:
    """How to connect; to another database than that of `url`, if there is one, as usual."""

    def connect(dialect: Any, _record: Any, given: Any, named: dict[str, Any]) -> Any:
        if url is not None:
            if dialect.driver != "psycopg":
                return None
            wanted = dialect.create_connect_args(make_url(url))[1]
            if any(named.get(name) != value for name, value in wanted.items()):
                return None
        within = max(math.ceil(seconds / 2), 2)
        options = f"{named.pop('options', '')} -c statement_timeout={int(1000 * seconds)}"
        connection = Impatient.connect(
            *given, connect_timeout=within, options=options.strip(), **named
        )
        connection.patience = seconds + 1  # a server that lives says first that it is too slow
        return connection

    return connect


def wait_without_end(connection: Any) -> None:
    """Lift the limits from a psycopg connection, for a migration."""
    connection.patience = None
    connection.execute("SET LOCAL statement_timeout = 0")
