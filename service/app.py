"""The application factory: settings and store in, a FastAPI application out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from importlib.metadata import version

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

from data.db.store import Store
from data.home import own_files, tighten
from data.settings import Settings, read_settings
from data.telemetry.spans import end_spans
from service.administration import routes as administration
from service.api import (
    analysis,
    audit,
    entries,
    events,
    health,
    imports,
    observations,
    plans,
    projections,
    projects,
    registry,
    reports,
    scenarios,
    sign_off,
)
from service.embeds import routes as embeds
from service.exchange import routes as exchange
from service.notices import routes as notices
from service.odata import routes as odata
from service.pages import (
    account,
    analysis as analysis_pages,
    entry as entry_pages,
    kpi as kpi_pages,
    month as month_pages,
    oidc,
    plan as pages,
    session,
    static_files as static,
    today as today_pages,
)
from service.pages.desk.ready import Ready
from service.pages.manage import (
    amend,
    estimates,
    events as event_pages,
    figures,
    guide,
    house,
    imports as import_pages,
    notices as notice_pages,
    plans as plan_making,
    roll_up as totals,
    year,
)
from service.pages.menu import plan_pages
from service.report import letterhead
from service.shapes.examples import describe
from service.state.app_state import AppState
from service.state.metrics import Measured
from service.web import problems
from service.web.answer_cache import AnswerCache
from service.web.bodies import Bodies
from service.web.documented import document_errors
from service.web.guard import Guard
from service.web.traced import Traced
from service.work import routes as jobs

DESCRIPTION = (
    "Will the year's plan targets be met by 31 December, how sure are we, and what would it take?"
)

ROUTERS = (
    plans.router,
    embeds.router,  # before projections, whose {kpi} would take '{kpi}.md' for a KPI
    projections.router,
    entries.router,
    events.router,
    projects.router,
    observations.router,
    imports.router,
    sign_off.waiting,
    sign_off.router,
    reports.router,
    analysis.router,
    scenarios.router,
    odata.router,
    exchange.router,
    notices.router,
    jobs.router,
    registry.router,
    audit.router,
    administration.router,
    session.router,
    account.router,
    oidc.router,
    health.router,
    static.router,
    # pages of a plan, in the order of its menu
    today_pages.router,
    pages.router,
    kpi_pages.router,
    entry_pages.router,
    entry_pages.echo,
    analysis_pages.router,
    month_pages.router,
    import_pages.router,
    notice_pages.router,
    year.router,
    plan_making.router,
    amend.router,
    figures.router,
    estimates.router,
    event_pages.router,
    house.router,
    totals.router,
    guide.router,
)


def create_app(settings: Settings | None = None, store: Store | None = None) -> FastAPI:
    """Build the service.

    Parameters
    ----------
    settings : default: from the environment
    store : default: the database that the settings name

    Returns
    -------
    FastAPI; jobs and caches belong to it, nothing is global
    """
    own_files()
    settings = settings or read_settings()
    tighten(settings.home)
    store = store or Store.open(settings.store_url, settings.database_timeout)
    app_state = AppState(settings, store)
    ready = Ready(app_state)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        app_state.jobs.begin()
        ready.begin()
        await run_in_threadpool(ready.wait)
        yield
        ready.close()
        app_state.jobs.close()
        end_spans()
        app_state.version.close()

    app = FastAPI(
        title="Vedich",
        version=version("vedich"),
        description=DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,  # FastAPI's page loads its scripts from the internet; /docs is ours
        redoc_url=None,
        openapi_url=None,  # a route of ours too, so that every route declares its access
    )
    app.state.vedich = app_state
    app.add_middleware(Bodies, settings=settings)
    app.add_middleware(Guard, settings=settings)
    app.add_middleware(AnswerCache, app_state=app_state, files=(settings.home / letterhead.FILE,))
    app.add_middleware(Measured, metrics=app_state.metrics)
    app.add_middleware(Traced)  # the outermost
    problems.install(app)
    for router in ROUTERS:
        app.include_router(router)
    app.state.plan_pages = plan_pages(app.routes)
    describe(app, partial(document_errors, app))
    return app
