"""The application factory: settings and store in, a FastAPI application out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI

from data.settings import Settings, read_settings
from data.store import Store
from service import problems
from service.desk import Desk
from service.examples import describe
from service.metrics import Measured
from service.routes import (
    audit,
    desk_pages,
    embeds,
    entries,
    events,
    health,
    imports,
    kpi_pages,
    moves,
    moves_pages,
    observations,
    odata,
    pages,
    plans,
    projections,
    registry,
    reports,
    scenarios,
    session,
    signoff,
    static,
)

DESCRIPTION = (
    "Will the year's plan targets be met by 31 December, how sure are we, and what would it take?"
)


def create_app(settings: Settings | None = None, store: Store | None = None) -> FastAPI:
    """Build the service.

    Parameters
    ----------
    settings : default: from the environment
    store : default: the database that the settings name

    Returns
    -------
    FastAPI; it owns jobs and what it computed, nothing is global
    """
    settings = settings or read_settings()
    desk = Desk(settings, store or Store.open(settings.store_url))

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        yield
        desk.close()

    app = FastAPI(
        title="Vedich",
        version=version("vedich"),
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,  # FastAPI's page loads its scripts from the internet; /docs is ours
        redoc_url=None,
        openapi_url=None,  # a route of ours too, so that every route says who may ask it
    )
    app.state.desk = desk
    app.add_middleware(Measured, metrics=desk.metrics)
    problems.install(app)
    for module in (
        plans,
        embeds,  # before projections, whose {kpi} would take '{kpi}.md' for a KPI
        projections,
        entries,
        events,
        observations,
        imports,
        signoff,
        reports,
        moves,
        scenarios,
        odata,
        registry,
        audit,
        session,
        health,
        static,
        pages,
        kpi_pages,
        desk_pages,
        moves_pages,
    ):
        app.include_router(module.router)
    describe(app)
    return app
