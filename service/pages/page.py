"""What all pages share: site and rendering."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace

from fastapi import Request, Response
from fastapi.responses import HTMLResponse

from service.auth.access import Caller
from service.pages.menu import topic_of
from service.pages.site import Site
from service.pages.views.targets import SIGNS
from service.state.app_state import Body
from service.texts import TEXT, Lang
from service.web.respond import respond
from service.web.templates import HEADERS, render
from service.work.strip import PLACE, digest, placed, strip


class Page(HTMLResponse):
    """An HTML page with the security headers."""

    def init_headers(self, headers: Mapping[str, str] | None = None) -> None:
        super().init_headers({**HEADERS, **(headers or {})})


def site_of(
    request: Request,
    lang: Lang,
    caller: Caller,
    plan: str = "",
    section: str | None = None,
    as_of: str | None = None,
) -> Site:
    """The requested page, and the menu around it."""
    query = tuple(item for item in request.query_params.items() if item[0] != "lang")
    entries = (entry for entry in request.app.state.plan_pages if entry.in_menu)
    request.state.work = work = strip(request, lang, caller, plan)
    menu = tuple((entry.section, TEXT[lang][f"page.section.{entry.name}"]) for entry in entries)
    route = request.scope.get("route")
    topic = topic_of(str(getattr(route, "path", "")))
    path = request.url.path
    day = as_of or (request.query_params.get("as_of") if plan else None)
    return Site(lang, caller, path, section, plan, day or None, query, menu, topic, work)


def page(template: str, site: Site, content: object = None) -> str:
    """A rendered template, which reads the attributes of `content` as `page`."""
    return _html(template, site, content).replace(PLACE, site.work, 1)


def _html(template: str, site: Site, content: object) -> str:
    return render(template, site.lang, {"site": site, "page": content, "sign": SIGNS})


def page_body(template: str, site: Site, content: object) -> Body:
    """A page as a body that can be cached, and sent by `respond_page`."""
    html = _html(template, site, content).encode()
    tag = f'"{hashlib.sha256(html).hexdigest()[:16]}"'
    return Body(html, "text/html; charset=utf-8", tag)


def respond_page(request: Request, body: Body) -> Response:
    """The page with the strip of long work, or 304 if the browser has it."""
    if shown := digest(request):
        body = replace(body, etag=f'{body.etag.rstrip(chr(34))}-{shown}"')
    body = replace(body, content=placed(body.content, request))
    response = respond(request, body)
    response.headers.update(HEADERS)
    return response
