"""Whether the service lives, and whether it can answer."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from fastapi import APIRouter

from service.access import requires
from service.routes.respond import TheDesk
from service.schemas import Health, Problem, Readiness

router = APIRouter(tags=["health"], dependencies=[requires("public")])


@router.get("/healthz", response_model=Health)
async def healthz() -> dict[str, Any]:
    """The process answers."""
    return {"status": "ok", "version": version("vedich")}


@router.get(
    "/readyz",
    response_model=Readiness,
    responses={503: {"model": Problem, "description": "The store cannot be reached"}},
)
def readyz(desk: TheDesk) -> dict[str, Any]:
    """The store answers; how many plans it holds."""
    return {"status": "ready", "plans": len(desk.store.plans())}
