"""Pages for people: the plan, the interface's routes, the kinds of problems."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse

from data.plan import Plan
from models.errors import NoBundle, NoObservations
from service.access import declared, requires
from service.desk import Desk
from service.problems import kinds, slug_of, status_of, title_of
from service.projections import as_of_date, newest_vintage
from service.routes.respond import AsOf, Language, TheDesk, render
from service.tables import Row, printed_lines, table_rows
from service.texts import Lang, day_of, month_name

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/", dependencies=[requires("viewer")])
def plan_page(
    desk: TheDesk,
    lang: Language,
    plan: Annotated[str | None, Query()] = None,
    as_of: AsOf = None,
    kpi: Annotated[str | None, Query()] = None,
) -> str:
    """One plan's projections as a table, with the fan chart of one KPI.

    Without `as_of` it shows the vintage of the last retraining, and says so when
    newer figures are there.
    """
    plans = desk.store.plans()
    if not plans:
        return render("empty.html", lang, {})
    document = desk.store.plan(plan) if plan else _first_plan(desk, plans)
    day = as_of_date(as_of) if as_of else _shown_day(desk, document)
    content: dict[str, Any] = {
        "plan": document,
        "plans": plans,
        "plan_name": document.name_vi if lang == "vi" else document.name_en,
        "rows": [],
        "labels": [document.label] if document.label else [],
        "problem": "",
        **_vintages(desk, document, day, as_of, lang),
    }
    if day is not None:
        try:
            issued = desk.all_issued(document.slug, day)
            rows = table_rows([one.projection for one in issued], document, lang)
            content |= _links(document, rows, day, as_of, kpi, lang)
            content["labels"] = list(dict.fromkeys(row.label for row in rows if row.label))
            chosen = next(one for one in issued if one.projection["kpi"] == content["chosen"].kpi)
            decimals = document.kpi(content["chosen"].kpi).decimals
            content["printed"] = printed_lines(chosen.projection, decimals, lang)
        except (NoBundle, NoObservations) as reason:
            content["problem"] = str(reason)
    return render("plan.html", lang, content)


@router.get("/openapi.json", dependencies=[requires("public")], response_class=JSONResponse)
def description(request: Request) -> dict[str, Any]:
    """The interface as OpenAPI describes it."""
    described: dict[str, Any] = request.app.openapi()
    return described


@router.get("/docs", dependencies=[requires("public")])
def routes_page(request: Request) -> str:
    """Every route of the interface and the role it needs; works offline."""
    roles = {(method, path): role for method, path, role in declared(request.app)}
    operations = [
        {
            "method": method.upper(),
            "path": path,
            "role": roles[method.upper(), path],
            **operation,
        }
        for path, methods in request.app.openapi()["paths"].items()
        for method, operation in methods.items()
    ]
    return render("docs.html", "en", {"operations": operations})


@router.get("/problems", dependencies=[requires("public")])
def problems_page() -> str:
    """What the types of problem documents mean."""
    found = [
        {
            "slug": slug_of(kind),
            "title": title_of(kind),
            "status": status_of(kind),
            "text": (kind.__doc__ or "").split("\n\n")[0],
        }
        for kind in kinds()
    ]
    return render("problems.html", "en", {"problems": found})


def _first_plan(desk: Desk, plans: Sequence[str]) -> Plan:
    """The first plan on real figures; only where there is none, one for demonstration."""
    documents = [desk.store.plan(slug) for slug in plans]
    real = (one for one in documents if not any(kpi.demonstration for kpi in one.kpis))
    return next(real, documents[0])


def _shown_day(desk: Desk, plan: Plan) -> date | None:
    """The vintage of the last retraining, else the newest; None without any figures."""
    promotions = desk.store.promotions(plan.family)
    if promotions:
        return promotions[-1].as_of
    try:
        return newest_vintage(desk.store, plan.family)
    except NoObservations:
        return None


def _vintages(
    desk: Desk, plan: Plan, day: date | None, as_of: str | None, lang: Lang
) -> dict[str, Any]:
    """The months that can be chosen, and the newest if it is not shown."""
    known = desk.store.vintages(plan.family)
    months = sorted({f"{one:%Y-%m}" for one in known if one.year == plan.year})
    chosen = as_of or (f"{day:%Y-%m}" if day else "")
    if chosen and chosen not in months:
        months.append(chosen)
    newer = None
    if day and known and known[-1] > day:
        month = f"{known[-1]:%Y-%m}"
        query = urlencode({"plan": plan.slug, "as_of": month, "lang": lang})
        newer = {"name": month_name(month, lang), "query": query}
    return {
        "months": months,
        "as_of": chosen,
        "day": day_of(day.isoformat(), lang) if day else "",
        "newer": newer,
    }


def _links(
    plan: Plan, rows: Sequence[Row], day: date, as_of: str | None, kpi: str | None, lang: Lang
) -> dict[str, Any]:
    """The table's rows with the addresses of pages, and of charts where there are figures."""
    base = f"/v1/plans/{quote(plan.slug)}/projections"
    vintage = as_of or day.isoformat()
    chosen = next(
        (row for row in rows if row.kpi == kpi),
        next((row for row in rows if row.target != "–"), rows[0]),
    )
    query = {"plan": plan.slug, "as_of": vintage, "lang": lang}
    return {
        "rows": rows,
        "chosen": chosen,
        "base": base,
        "vintage": urlencode({"as_of": vintage, "lang": lang}),
        "links": {row.kpi: urlencode(query | {"kpi": row.kpi}) for row in rows},
        "charts": {
            row.kpi: f"{base}/{quote(row.kpi)}/fan-chart" for row in rows if row.actual != "–"
        },
    }
