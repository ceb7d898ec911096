"""What a monthly run did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """What a run did.

    Attributes
    ----------
    again : nothing was new since the run before, whose outcome this is
    loaded : file → how many new figures
    refused : file → why nothing of it was loaded
    held : file → what looks wrong in it, by language; a person looks at it first
    version, promoted, reason : of the retraining
    projections : how many were entered in the ledger
    statuses : KPI → status of its target
    reports : files that were written
    """

    plan: str
    as_of: str
    again: bool = False
    loaded: Mapping[str, int] | None = None
    refused: Mapping[str, str] | None = None
    held: Mapping[str, Mapping[str, str]] | None = None
    version: str = ""
    promoted: bool = False
    reason: str = ""
    projections: int = 0
    statuses: Mapping[str, str] | None = None
    reports: tuple[str, ...] = ()

    @property
    def waits(self) -> bool:
        """Whether something waits for a person."""
        return bool(self.refused or self.held)
