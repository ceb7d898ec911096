"""Jobs, models and stamps."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query

from data.signoff_rows import was_issued
from models.errors import NotIssued
from service.access import Public, requires
from service.replay import recorded
from service.routes.respond import TheDesk, problems
from service.schemas import JobShape, ModelList, StampRecord
from service.stamps import tidy_stamp

router = APIRouter(prefix="/v1")


@router.get(
    "/jobs/{id}",
    dependencies=[requires("viewer")],
    response_model=JobShape,
    responses=problems(404),
    tags=["jobs"],
)
def job(id: Annotated[str, Path()], desk: TheDesk) -> dict[str, Any]:
    """How far a job is; 'done' with its result, 'failed' with the reason."""
    return vars(desk.jobs.get(id))


@router.get(
    "/models", dependencies=[requires("viewer")], response_model=ModelList, tags=["models"]
)
def models(
    desk: TheDesk,
    family: Annotated[str | None, Query(description="a plan family; default all")] = None,
) -> dict[str, Any]:
    """Every model version that was promoted, newest first; the newest is the champion."""
    plans = [desk.store.plan(slug) for slug in desk.store.plans()]
    families = [family] if family else sorted({plan.family for plan in plans})
    found = []
    for name in families:
        promoted = desk.store.promotions(name)
        for place, one in enumerate(reversed(promoted)):
            found.append(
                {
                    "family": name,
                    "version": one.version,
                    "as_of": one.as_of.isoformat(),
                    "promoted_at": one.promoted_at.isoformat(),
                    "bundle_hash": one.bundle_hash,
                    "champion": place == 0,
                }
            )
    return {"models": found}


@router.get(
    "/stamps/{stamp}", response_model=StampRecord, responses=problems(404), tags=["stamps"]
)
def stamp(
    stamp: Annotated[str, Path(description="12 letters and digits under a published figure")],
    desk: TheDesk,
    by: Public,
) -> dict[str, Any]:
    """The figure that carries this code, and what it was made from; for readers outside issued."""
    entry = recorded(desk.store, stamp)
    if not by.inside and not was_issued(desk.store, tidy_stamp(stamp)):
        raise NotIssued(f"the figure '{stamp}' was not issued; log in to see it.")
    return {
        "stamp": tidy_stamp(stamp),
        "plan": entry["projection"]["plan"],
        "kpi": entry["projection"]["kpi"],
        "inputs": entry["inputs"],
        "projection": entry["projection"],
    }
