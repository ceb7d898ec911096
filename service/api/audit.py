"""The audit log."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from data.db.audit import entries
from service.auth.access import requires
from service.shapes.operation import AuditEntry, AuditLog
from service.web.respond import TheAppState, answer

router = APIRouter(prefix="/v1/audit", tags=["audit"], dependencies=[requires("admin")])


@router.get("", response_model=AuditLog)
def audit(
    app_state: TheAppState,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    older_than: Annotated[int | None, Query(description="id of the last entry seen")] = None,
    by: Annotated[str | None, Query(description="who did it")] = None,
    action: Annotated[str | None, Query(examples=["estimate.approved"])] = None,
    subject: Annotated[str | None, Query(examples=["vietnam-2021 2021-06 exports"])] = None,
) -> Response:
    """Who did what and when, with the state before and after; newest first."""
    found = entries(
        app_state.store, limit=limit, older_than=older_than, by=by, action=action, subject=subject
    )
    return answer(AuditLog(entries=tuple(AuditEntry(**vars(one)) for one in found)))
