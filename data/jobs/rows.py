"""Jobs in the database: the queue, and the lease of whoever runs one.

A runner holds a job as long as it adds beats to it. Nobody compares clocks: whoever wants
a job watches its count, and takes it up when the count has stood still for too long. Every
change by a runner names it, so that one which was stopped for a while and comes back
changes nothing any more.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from data.db import tables
from data.db.store import Store
from data.jobs.job import OPEN, Cancelled, Job, LeaseLost, LogLine, UnknownJob

KEPT = 500  # finished jobs remembered
MOST_ATTEMPTS = 3  # a job whose processes end again and again is given up
GIVEN_UP = "its process ended before its work did, {attempts} times; the service's log says more"
LEFT = "its process ended before its work did"

_jobs, _log = tables.jobs, tables.job_log


def enqueue(
    store: Store,
    kind: str,
    task: str,
    by: str,
    *,
    family: str = "",
    plan: str | None = None,
    arguments: Mapping[str, Any] | None = None,
    once: bool = False,
) -> Job:
    """Ask for a job, unless the same task waits or runs already: then that one.

    Parameters
    ----------
    once : nor if it was asked for before and is over
    """
    with store.writing() as connection:
        same = select(_jobs).where(_jobs.c.task == task)
        if not once:
            same = same.where(_jobs.c.state.in_(OPEN))
        row = connection.execute(same.order_by(_jobs.c.number).limit(1)).one_or_none()
        if row is not None:
            return _job(row)
        _forget(connection)
        number = _insert(connection, kind, task, by, family, plan, arguments or {})
        return _job(_row(connection, number))


def attend(
    store: Store, kind: str, task: str, by: str, runner: str, *, family: str, plan: str | None
) -> Job | None:
    """A job that the calling process runs itself; None while its family has another."""
    with store.writing() as connection:
        if connection.execute(_running().where(_jobs.c.family == family)).first():
            return None
        _forget(connection)
        number = _insert(connection, kind, task, by, family, plan, {}, attended=True)
        _begin(connection, number, runner)
        return _job(_row(connection, number))


def claim(store: Store, runner: str, at_once: int) -> Job | None:
    """Take the next job of the queue; None if there is none, or enough run already.

    Parameters
    ----------
    at_once : jobs of the house that may run at the same time; of a family it is one
    """
    with store.reading() as connection:  # most of the time there is nothing to take
        if not connection.scalar(select(func.count()).where(_jobs.c.state == "queued")):
            return None
    with store.writing() as connection:
        busy = [row.family for row in connection.execute(_running())]
        if len(busy) >= at_once:
            return None
        waiting = select(_jobs).where(_jobs.c.state == "queued", _jobs.c.family.not_in(busy))
        row = connection.execute(waiting.order_by(_jobs.c.number).limit(1)).one_or_none()
        if row is None:
            return None
        _begin(connection, row.number, runner)
        return _job(_row(connection, row.number))


def beat(store: Store, job: Job, progress: tuple[int, int, str] | None = None) -> None:
    """A sign of life, with the progress made.

    Raises
    ------
    Cancelled
        If the end of the job was asked for.
    LeaseLost
        If it is no longer this runner's.
    """
    changes: dict[str, Any] = {"beats": _jobs.c.beats + 1, "beat_at": datetime.now(UTC)}
    if progress is not None:
        changes |= dict(zip(("done", "total", "step"), progress, strict=True))
    with store.writing() as connection:
        _change(connection, job, changes)
        row = _row(connection, job.number)
    if row.cancelling:
        raise Cancelled("the job was cancelled.")


def end(store: Store, job: Job, state: str, **changes: Any) -> None:
    """The runner's last word: 'done' with `result`, 'failed' with `error`, 'cancelled'."""
    with store.writing() as connection:
        _change(connection, job, {"state": state, "ended_at": datetime.now(UTC), **changes})
        _write(connection, job.number, state, str(changes.get("error") or ""))


def release(store: Store, job: Job, reason: str, *, ended: bool) -> None:
    """Put a job back whose process is gone, or give it up; nothing if it is another's by now.

    Parameters
    ----------
    ended : its process ended by itself, which counts; else it was told to stop
    """
    with store.writing() as connection:
        row = _row(connection, job.number)
        if row.state == "running" and row.runner == job.runner:
            _put_back(connection, row, reason, ended=ended)


def take_back(store: Store, numbers: Iterable[int]) -> None:
    """The same for jobs of other processes that gave no sign of life for too long."""
    with store.writing() as connection:
        for number in numbers:
            row = _row(connection, number)
            if row.state == "running":
                _put_back(connection, row, "no sign of life", ended=True)


def cancel(store: Store, id_: str, by: str) -> Job:
    """Ask for the end of a job: at once if it waits, soon if it runs; nothing if it is over."""
    with store.writing() as connection:
        row = connection.execute(select(_jobs).where(_jobs.c.id == id_)).one_or_none()
        if row is None:
            raise unknown_job(id_)
        changes: dict[str, Any] = {"cancelling": True}
        if row.state == "queued":
            changes |= {"state": "cancelled", "ended_at": datetime.now(UTC)}
        if row.state in OPEN and not row.cancelling:
            connection.execute(update(_jobs).where(_jobs.c.number == row.number).values(**changes))
            _write(connection, row.number, "cancelled" if "state" in changes else "cancelling", by)
        return _job(_row(connection, row.number))


def job_of(store: Store, id_: str) -> Job:
    """A job; `UnknownJob` if there is none."""
    with store.reading() as connection:
        row = connection.execute(select(_jobs).where(_jobs.c.id == id_)).one_or_none()
    if row is None:
        raise unknown_job(id_)
    return _job(row)


def jobs_of(
    store: Store, *, families: Collection[str] | None = None, limit: int = KEPT
) -> tuple[Job, ...]:
    """The newest jobs, newest first; of some families, or of all."""
    chosen = select(_jobs).order_by(_jobs.c.number.desc()).limit(limit)
    if families is not None:
        chosen = chosen.where(_jobs.c.family.in_(families))
    with store.reading() as connection:
        return tuple(_job(row) for row in connection.execute(chosen))


def running(store: Store) -> tuple[Job, ...]:
    """Jobs that a process has."""
    with store.reading() as connection:
        return tuple(_job(row) for row in connection.execute(_running()))


def log_of(store: Store, job: Job) -> tuple[LogLine, ...]:
    """What happened to a job, oldest first."""
    chosen = select(_log).where(_log.c.job == job.number).order_by(_log.c.id)
    with store.reading() as connection:
        return tuple(LogLine(row.at, row.event, row.detail) for row in connection.execute(chosen))


def unknown_job(id_: str) -> UnknownJob:
    """What is said of an id that nobody has, or that is another's."""
    return UnknownJob(
        "there is no job '{name}', or it ended so long ago that it is forgotten. "
        "List them: GET /v1/jobs, or vedich job list.",
        name=id_,
    )


def _running() -> Any:
    return select(_jobs).where(_jobs.c.state == "running").order_by(_jobs.c.number)


def _row(connection: Connection, number: int) -> Row[Any]:
    return connection.execute(select(_jobs).where(_jobs.c.number == number)).one()


def _insert(
    connection: Connection,
    kind: str,
    task: str,
    by: str,
    family: str,
    plan: str | None,
    arguments: Mapping[str, Any],
    attended: bool = False,
) -> int:
    values = {
        "id": secrets.token_hex(8),
        "kind": kind,
        "task": task,
        "family": family,
        "plan": plan,
        "arguments": dict(arguments),
        "owner": by,
        "attended": attended,
        "state": "queued",
        "queued_at": datetime.now(UTC),
        **{"done": 0, "total": 0, "step": "", "runner": "", "attempts": 0, "beats": 0},
        "cancelling": False,
    }
    done = connection.execute(insert(_jobs).values(values))
    assert done.inserted_primary_key is not None
    number = int(done.inserted_primary_key[0])
    _write(connection, number, "queued", by)
    return number


def _begin(connection: Connection, number: int, runner: str) -> None:
    row = _row(connection, number)
    now = datetime.now(UTC)
    changes = {
        "state": "running",
        "runner": runner,
        "attempts": row.attempts + 1,
        "beats": row.beats + 1,
        "beat_at": now,
        "started_at": now,
        **{"done": 0, "total": 0, "step": ""},
    }
    connection.execute(update(_jobs).where(_jobs.c.number == number).values(changes))
    _write(connection, number, "resumed" if row.attempts else "started", runner)


def _change(connection: Connection, job: Job, changes: Mapping[str, Any]) -> None:
    mine = (
        (_jobs.c.number == job.number)
        & (_jobs.c.state == "running")
        & (_jobs.c.runner == job.runner)
    )
    if connection.execute(update(_jobs).where(mine).values(dict(changes))).rowcount != 1:
        raise LeaseLost


def _put_back(connection: Connection, row: Row[Any], reason: str, *, ended: bool) -> None:
    changes: dict[str, Any] = {"state": "queued", "attempts": row.attempts - (not ended)}
    event = "interrupted"
    if row.cancelling:
        event = "cancelled"
        changes |= {"state": event, "ended_at": datetime.now(UTC)}
    elif row.attended or (ended and row.attempts >= MOST_ATTEMPTS):
        event = "failed"
        text = LEFT if row.attended else GIVEN_UP.format(attempts=row.attempts)
        changes |= {"state": event, "error": text, "ended_at": datetime.now(UTC)}
    connection.execute(update(_jobs).where(_jobs.c.number == row.number).values(changes))
    _write(connection, row.number, event, reason)


def _write(connection: Connection, number: int, event: str, detail: str) -> None:
    connection.execute(
        insert(_log).values(job=number, at=datetime.now(UTC), event=event, detail=detail)
    )


def _forget(connection: Connection) -> None:
    over = select(_jobs.c.number).where(_jobs.c.state.not_in(OPEN))
    old = list(connection.scalars(over.order_by(_jobs.c.number.desc()).offset(KEPT).limit(1000)))
    if old:
        connection.execute(delete(_log).where(_log.c.job.in_(old)))
        connection.execute(delete(_jobs).where(_jobs.c.number.in_(old)))


def _job(row: Row[Any]) -> Job:
    values = dict(row._mapping)
    return Job(by=values.pop("owner"), **values)
