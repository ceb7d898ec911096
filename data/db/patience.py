"""How long PostgreSQL may take: to connect, to run a statement, and to say anything at all.

A server that is stopped keeps its connections open and says nothing, so its own
`statement_timeout` does not help: the client has to stop waiting.
"""

from __future__ import annotations

import math
from typing import Any

import psycopg
from psycopg import errors
from sqlalchemy import Engine, event


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


def limit_waiting(engine: Engine | type[Engine], seconds: float) -> None:
    """Give up connecting, statements and a silent server after so many seconds.

    Parameters
    ----------
    engine : the class stands for all engines that are made by others, such as MLflow's;
        what is no PostgreSQL is left alone
    """

    def connect(dialect: Any, _record: Any, given: Any, named: dict[str, Any]) -> Any:
        if dialect.driver != "psycopg":
            return None
        within = max(math.ceil(seconds / 2), 2)
        options = f"{named.pop('options', '')} -c statement_timeout={int(1000 * seconds)}"
        connection = Impatient.connect(
            *given, connect_timeout=within, options=options.strip(), **named
        )
        connection.patience = seconds + 1  # a server that lives says first that it is too slow
        return connection

    event.listen(engine, "do_connect", connect)


def wait_without_end(connection: Any) -> None:
    """Lift the limits from a psycopg connection, for a migration."""
    connection.patience = None
    connection.execute("SET LOCAL statement_timeout = 0")
