"""Whether the service lives, whether it can answer, and what it has done so far."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST

from service.access import requires
from service.routes.respond import TheDesk, problems
from service.schemas import Health, Readiness

router = APIRouter(tags=["health"], dependencies=[requires("public")])


@router.get("/healthz", response_model=Health)
async def healthz() -> dict[str, Any]:
    """The process answers."""
    return {"status": "ok", "version": version("vedich")}


@router.get("/readyz", response_model=Readiness, responses=problems(503))
def readyz(desk: TheDesk) -> dict[str, Any]:
    """The store answers; how many plans it holds."""
    return {"status": "ready", "plans": len(desk.store.plans())}


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def metrics(desk: TheDesk) -> Response:
    """Counters for a monitor, in the text format of Prometheus."""
    return Response(desk.metrics.text(), media_type=CONTENT_TYPE_LATEST)
