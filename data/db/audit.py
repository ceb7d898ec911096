"""The audit log: who did what and when; append-only, in the transaction of the change.

Who: the name of an account; 'key:NAME' for an API key; 'local' for requests on
loopback while no account exists; 'os:NAME' for the command line.
"""

from __future__ import annotations

import os
import pwd
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert, select

from data.db import tables

if TYPE_CHECKING:
    from data.db.store import Store


@dataclass(frozen=True)
class Entry:
    """One line of the log; `before` and `after` are the changed values, None if there are none."""

    id: int
    at: datetime
    by: str
    action: str  # 'plan.save', 'figures.import', 'estimate.checked', …
    subject: str  # a plan, a family, an account
    before: dict[str, Any] | None
    after: dict[str, Any] | None


def process_user() -> str:
    """Whose rights this process has: 'os:NAME', or 'os:UID' for a user without a name.

    Asked of the system: the environment (USER, LOGNAME) says what one likes it to say.
    """
    user = os.geteuid()
    try:
        return f"os:{pwd.getpwuid(user).pw_name}"
    except KeyError:
        return f"os:{user}"


def write_entry(
    connection: Connection,
    by: str,
    action: str,
    subject: str,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Append an entry in the transaction of the change it describes."""
    connection.execute(
        insert(tables.audit).values(
            at=datetime.now(UTC),
            actor=by,
            action=action,
            subject=subject,
            before=before,
            after=after,
        )
    )


def record(
    store: Store, by: str, action: str, subject: str, *, after: Mapping[str, Any] | None = None
) -> None:
    """Append an entry in its own transaction, for an action that changed no other table."""
    with store.writing() as connection:
        write_entry(connection, by, action, subject, after=after)


def entries(
    store: Store,
    *,
    limit: int = 100,
    older_than: int | None = None,
    by: str | None = None,
    action: str | None = None,
    subject: str | None = None,
    actors: Collection[str] | None = None,
) -> tuple[Entry, ...]:
    """Matching entries, newest first.

    `older_than` is the id from which to continue, `actors` whose entries there are; None: all.
    """
    table = tables.audit
    chosen = select(table).order_by(table.c.id.desc()).limit(limit)
    if older_than is not None:
        chosen = chosen.where(table.c.id < older_than)
    for name, wanted in (("actor", by), ("action", action), ("subject", subject)):
        if wanted is not None:
            chosen = chosen.where(table.c[name] == wanted)
    if actors is not None:
        chosen = chosen.where(table.c.actor.in_(actors))
    with store.reading() as connection:
        return tuple(
            Entry(row.id, row.at, row.actor, row.action, row.subject, row.before, row.after)
            for row in connection.execute(chosen)
        )
