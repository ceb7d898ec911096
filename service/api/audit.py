"""The audit log."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from data.accounts.accounts import accounts
from data.accounts.bodies import bodies_of
from data.accounts.keys import api_keys
from data.db.audit import entries
from data.db.store import Store
from service.auth.access import Admin, Caller
from service.rights.rules import administers, administers_house
from service.shapes.operation import AuditEntry, AuditLog
from service.web.respond import TheAppState, answer

router = APIRouter(prefix="/v1/audit", tags=["audit"])


@router.get("", response_model=AuditLog)
def audit(
    app_state: TheAppState,
    caller: Admin,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    older_than: Annotated[int | None, Query(description="id of the last entry seen")] = None,
    by: Annotated[str | None, Query(description="who did it")] = None,
    action: Annotated[str | None, Query(examples=["estimate.approved"])] = None,
    subject: Annotated[str | None, Query(examples=["vietnam-2021 2021-06 exports"])] = None,
) -> Response:
    """Who did what and when, with the state before and after; newest first.

    Administrators of the house read all entries, those of a body what its accounts and keys
    did, and those of the bodies below it.
    """
    found = entries(
        app_state.store,
        limit=limit,
        older_than=older_than,
        by=by,
        action=action,
        subject=subject,
        actors=_actors(app_state.store, caller),
    )
    return answer(AuditLog(entries=tuple(AuditEntry(**vars(one)) for one in found)))


def _actors(store: Store, caller: Caller) -> list[str] | None:
    """Whose entries the caller may read; None: everybody's."""
    if administers_house(caller):
        return None
    bodies = bodies_of(store)
    people = [one.name for one in accounts(store) if administers(caller, one.body, bodies)]
    keys = [one for one in api_keys(store) if administers(caller, one.body, bodies)]
    return [*people, *(f"key:{one.name}" for one in keys)]
