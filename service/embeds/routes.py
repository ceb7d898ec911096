"""Embeds: a card and a chart for other pages, oEmbed, pictures, Markdown.

Anonymous readers get issued months only. Only our own pages may frame a draft.
"""

from __future__ import annotations

import re
from typing import Annotated, Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from fastapi import APIRouter, Path, Query, Request, Response

from models.errors import InputError, NotFound, NotIssued, UnsupportedQuery
from service.auth.access import Public
from service.embeds.card import to_markdown
from service.embeds.embed import (
    SIZE,
    Picture,
    address,
    card,
    card_picture,
    chart_picture,
    embedded,
    frame,
    has_chart,
)
from service.shapes.operation import OEmbed
from service.state.app_state import Body, etag_of
from service.texts import LANGUAGES, Lang
from service.web.respond import AsOf, Language, TheAppState, answer, problems, respond
from service.web.templates import render

router = APIRouter(tags=["embeds"])
PlanSlug = Annotated[str, Path(examples=["vietnam-2021"])]
KpiSlug = Annotated[str, Path(examples=["exports"])]
_TYPES = {"svg": "image/svg+xml", "png": "image/png"}
_PAGE = re.compile(r"/embed/([^/]+)/([^/]+)")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors {}"
_PICTURE: dict[int | str, dict[str, Any]] = {
    200: {"content": {kind: {} for kind in _TYPES.values()}},
    **problems(404, 409, 422),
}


@router.get(
    "/embed/{plan}/{kpi}",
    response_class=Response,
    responses={200: {"content": {"text/html": {}}}, **problems(404, 409, 422)},
)
def page(
    plan: PlanSlug,
    kpi: KpiSlug,
    request: Request,
    app_state: TheAppState,
    by: Public,
    lang: Language,
    as_of: AsOf = None,
) -> Response:
    """A card with the fan chart, to be put into another page's frame."""
    shown = embedded(by, app_state, plan, kpi, as_of)
    if shown.draft and _framed_elsewhere(request):
        raise NotIssued(
            "the figures of '{kpi}' at {day} have not been issued; other sites may frame only "
            "what was issued.",
            kpi=kpi,
            day=shown.projection.as_of.isoformat(),
        )
    base = str(request.base_url)

    def make() -> Body:
        chart = chart_picture(app_state, shown, "svg", lang).decode() if has_chart(shown) else ""
        here = address(base, plan, kpi, lang, as_of)
        content = {
            "card": card(app_state, shown, lang),
            "chart": chart,
            "oembed": f"{base.rstrip('/')}/oembed?{urlencode({'url': here})}",
        }
        html = render("embed.html", lang, content)
        return Body(
            html.encode(), "text/html; charset=utf-8", etag_of([shown.etag_key], f"-{lang}")
        )

    response = respond(
        request, app_state.picture(plan, ("embed", kpi, shown.etag_key, lang, as_of, base), make)
    )
    response.headers["Content-Security-Policy"] = _POLICY.format("'self'" if shown.draft else "*")
    if shown.draft:
        response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Vary"] = "Sec-Fetch-Dest, Sec-Fetch-Site"
    return response


@router.get("/embed/{plan}/{kpi}/card.{form}", response_class=Response, responses=_PICTURE)
def card_as_picture(
    plan: PlanSlug,
    kpi: KpiSlug,
    form: Picture,
    request: Request,
    app_state: TheAppState,
    by: Public,
    lang: Language,
    as_of: AsOf = None,
) -> Response:
    """The card as SVG or PNG, for documents and slides."""
    shown = embedded(by, app_state, plan, kpi, as_of)

    def make() -> Body:
        content = card_picture(app_state, shown, form, lang)
        return Body(content, _TYPES[form], etag_of([shown.etag_key], f"-card-{lang}-{form}"))

    return respond(
        request, app_state.picture(plan, ("card", kpi, shown.etag_key, form, lang), make)
    )


@router.get("/embed/{plan}/{kpi}/chart.{form}", response_class=Response, responses=_PICTURE)
def chart_as_picture(
    plan: PlanSlug,
    kpi: KpiSlug,
    form: Picture,
    request: Request,
    app_state: TheAppState,
    by: Public,
    lang: Language,
    as_of: AsOf = None,
) -> Response:
    """The fan chart as SVG or PNG."""
    shown = embedded(by, app_state, plan, kpi, as_of)

    def make() -> Body:
        content = chart_picture(app_state, shown, form, lang)
        return Body(content, _TYPES[form], etag_of([shown.etag_key], f"-chart-{lang}-{form}"))

    return respond(
        request, app_state.picture(plan, ("embedded", kpi, shown.etag_key, form, lang), make)
    )


@router.get(
    "/v1/plans/{plan}/projections/{kpi}.md",
    response_class=Response,
    responses={200: {"content": {"text/markdown": {}}}, **problems(404, 409, 422)},
)
def markdown(
    plan: PlanSlug,
    kpi: KpiSlug,
    request: Request,
    app_state: TheAppState,
    by: Public,
    lang: Language,
    as_of: AsOf = None,
) -> Response:
    """A snippet for a Markdown document: figures in words, the chart as a picture."""
    shown = embedded(by, app_state, plan, kpi, as_of)
    base = str(request.base_url)
    day = shown.projection.as_of.isoformat()
    picture = address(base, plan, kpi, lang, day, "/chart.png")
    text = to_markdown(card(app_state, shown, lang), picture, address(base, plan, kpi, lang, day))
    tag = etag_of([shown.etag_key, text])
    return respond(request, Body(text.encode(), "text/markdown; charset=utf-8", tag))


@router.get("/oembed", response_model=OEmbed, responses=problems(404, 409, 422, 501))
def oembed(
    request: Request,
    app_state: TheAppState,
    by: Public,
    url: Annotated[str, Query(description="address of an embed of this service")],
    format: Annotated[str, Query(description="only json")] = "json",
    maxwidth: Annotated[int | None, Query(ge=1)] = None,
    maxheight: Annotated[int | None, Query(ge=1)] = None,
) -> Response:
    """How to put an embed into a page (oEmbed 1.0, type rich)."""
    if format != "json":
        raise UnsupportedQuery("format: expected json, found '{format}'.", format=format)
    plan, kpi, lang, as_of = _parse_address(url, request.url.netloc, app_state.settings.lang)
    shown = embedded(by, app_state, plan, kpi, as_of)
    base = str(request.base_url)
    width, height = min(maxwidth or SIZE[0], SIZE[0]), min(maxheight or SIZE[1], SIZE[1])
    title = card(app_state, shown, lang).title
    return answer(
        OEmbed(
            version="1.0",
            type="rich",
            title=title,
            provider_name="Vedich",
            provider_url=base,
            cache_age=3600,
            html=frame(address(base, plan, kpi, lang, as_of), title, width, height),
            width=width,
            height=height,
        )
    )


def _framed_elsewhere(request: Request) -> bool:
    """Whether a page of another site frames this; browsers say so (Fetch Metadata)."""
    place, site = (request.headers.get(f"sec-fetch-{name}", "") for name in ("dest", "site"))
    return place in ("iframe", "frame", "embed", "object") and site in ("cross-site", "same-site")


def _parse_address(url: str, host: str, default: Lang) -> tuple[str, str, Lang, str | None]:
    """Plan, KPI, language and vintage of an embed's address.

    Raises
    ------
    NotFound
        If the address is not an embed of this service.
    InputError
        If the language is not supported.
    """
    parts = urlsplit(url)
    found = _PAGE.fullmatch(parts.path)
    if found is None or parts.scheme not in ("http", "https") or parts.netloc != host:
        raise NotFound(
            "expected the address of an embed, such as http://{host}/embed/PLAN/KPI, "
            "found '{url}'.",
            host=host,
            url=url,
        )
    query = parse_qs(parts.query)
    requested = query.get("lang", [default])[-1]
    lang = next((one for one in LANGUAGES if one == requested), None)
    if lang is None:
        raise InputError("expected lang=vi or lang=en, found '{requested}'.", requested=requested)
    return unquote(found[1]), unquote(found[2]), lang, query.get("as_of", [None])[-1]
