"""Liveness, readiness and metrics."""

from __future__ import annotations

from importlib.metadata import version

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST

from data.plans.rows import plan_slugs
from service.auth.access import requires
from service.shapes.operation import Health, Readiness
from service.web.answer_cache import uncached
from service.web.respond import TheAppState, answer, problems

VERSION = version("vedich")  # read once, from a file

router = APIRouter(tags=["health"])


@router.get("/healthz", dependencies=[requires("public")], response_model=Health)
@uncached
async def healthz() -> Response:
    """The process answers."""
    return answer(Health(status="ok", version=VERSION))


@router.get(
    "/readyz",
    dependencies=[requires("public")],
    response_model=Readiness,
    responses=problems(503),
)
@uncached
def readyz(app_state: TheAppState) -> Response:
    """The database answers; the number of plans in it."""
    return answer(Readiness(status="ready", plans=len(plan_slugs(app_state.store))))


@router.get(
    "/metrics",
    dependencies=[requires("viewer")],
    response_class=Response,
    responses={200: {"content": {"text/plain": {}}}},
)
@uncached
def metrics(app_state: TheAppState) -> Response:
    """Counters for a monitor with a key of scope 'read', in the text format of Prometheus."""
    return Response(app_state.metrics.text(), media_type=CONTENT_TYPE_LATEST)
