"""A job as it stands at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from models.errors import Busy, NotFound

State = Literal["queued", "running", "done", "failed", "cancelled"]
OPEN: tuple[State, ...] = ("queued", "running")


class UnknownJob(NotFound):
    """There is no job of that id, or no longer."""


class Cancelled(Exception):
    """Somebody asked for the end of a job that was running."""


class LeaseLost(Busy):
    """Another process has taken up a job whose runner gave no sign of life for too long."""

    def __init__(self) -> None:
        super().__init__(
            "this run gave no sign of life for too long, and another process has taken up its "
            "job. Wait for that one: vedich job list."
        )


@dataclass(frozen=True)
class Job:
    """One piece of long work.

    Attributes
    ----------
    number : order in which jobs were asked for
    kind, arguments : what is done, see `service.work.process`
    task : the same in words; jobs with the same task are the same work
    family, plan : what it is about; '' and None for the house
    by : who asked for it
    attended : somebody waits for it at a terminal, so that nobody else takes it up
    done, total, step : progress; the last step's name
    result : of a job that is done
    error : why it failed, in English
    failure : the same by language
    cancelling : its end was asked for
    runner : the process that has it, '' before the first
    attempts : how many times it was begun
    beats : signs of life of its runner, counted: another process that sees the same number
        for too long takes the job up, whatever the clocks of both say
    """

    number: int
    id: str
    kind: str
    task: str
    family: str
    plan: str | None
    by: str
    state: State
    queued_at: datetime
    arguments: Mapping[str, Any] = field(default_factory=dict)
    attended: bool = False
    done: int = 0
    total: int = 0
    step: str = ""
    result: Mapping[str, Any] | None = None
    error: str | None = None
    failure: Mapping[str, str] | None = None
    cancelling: bool = False
    runner: str = ""
    attempts: int = 0
    beats: int = 0
    beat_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether it waits or runs."""
        return self.state in OPEN

    def seconds_left(self, now: datetime) -> int | None:
        """The time left at the pace so far; None if that says nothing yet."""
        if self.state != "running" or self.started_at is None or not 0 < self.done <= self.total:
            return None
        spent = max((now - self.started_at).total_seconds(), 0.0)
        return round(spent / self.done * (self.total - self.done))


@dataclass(frozen=True)
class LogLine:
    """One line of a job's log: 'queued', 'started', 'resumed', 'cancelled', 'failed', …"""

    at: datetime
    event: str
    detail: str
