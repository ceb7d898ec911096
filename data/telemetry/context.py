"""What the work at hand belongs to; every log line and span carries it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

IDS = ("request", "job", "import", "plan", "family", "kpi", "as_of", "stamp")

Ids = Mapping[str, str]  # by a name of `IDS`
_none: Ids = MappingProxyType({})
_ids: ContextVar[Ids] = ContextVar("ids", default=_none)


def ids() -> Ids:
    """What the work at hand belongs to."""
    return _ids.get()


def belongs_to(more: Ids) -> None:
    """Add to it for the rest of this task or thread."""
    _ids.set({**_ids.get(), **more})


@contextmanager
def within(more: Ids) -> Iterator[None]:
    """Add to it for the time of a block."""
    token = _ids.set({**_ids.get(), **more})
    try:
        yield
    finally:
        _ids.reset(token)
