"""The revisions of families, each with the families whose indicators it uses.

An answer that only reads rests on one revision: it is asked for once per family and request,
in place of once for each of the things that the answer is made of.
"""

from __future__ import annotations

from contextvars import ContextVar

from data.db.revision import Revision, revision_of
from data.db.store import Store
from data.vintages.panel_rows import families_behind

# set for each request; None for one that may write, and then looks at what it wrote
SEEN: ContextVar[dict[str, Revision] | None] = ContextVar("seen", default=None)


class Revisions:
    """Knows which families are behind a family, and reads them again after an edit."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._behind: dict[str, tuple[int, tuple[str, ...]]] = {}  # as of the newest edit

    def of(self, family: str) -> Revision:
        """The revision of a family: the current one, or that at which an answer was begun."""
        seen = SEEN.get()
        if seen is None:
            return self._current(family)
        if family not in seen:
            seen[family] = self._current(family)
        return seen[family]

    def _current(self, family: str) -> Revision:
        edits, others = self._behind.get(family, (-1, ()))
        while True:
            found = revision_of(self._store, family, others)
            if found.edits == edits:
                return found
            edits, others = found.edits, families_behind(self._store, family)
            self._behind[family] = edits, others
