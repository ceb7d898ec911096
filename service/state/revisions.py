"""The revisions of families, each with the families whose indicators it uses."""

from __future__ import annotations

from data.db.revision import Revision, revision_of
from data.db.store import Store
from data.vintages.panel_rows import families_behind


class Revisions:
    """Knows which families are behind a family, and reads them again after an edit."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._behind: dict[str, tuple[int, tuple[str, ...]]] = {}  # as of the newest edit

    def of(self, family: str) -> Revision:
        """The current revision of a family."""
        edits, others = self._behind.get(family, (-1, ()))
        while True:
            found = revision_of(self._store, family, others)
            if found.edits == edits:
                return found
            edits, others = found.edits, families_behind(self._store, family)
            self._behind[family] = edits, others
