"""Errors as pages: for people, in their language, with what to do and the way back."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote

from fastapi import Request
from fastapi.responses import HTMLResponse

from service.texts import ERROR, LANGUAGES, Lang
from service.web.templates import HEADERS, render

EMBED = "/embed/"
_OF_CODES = ("unknown_plan", "unknown_kpi")  # their details list codes, which are for programs
# What stands in another page's frame may be framed anywhere: it shows no figure.
_FRAMED = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors *"


def wants_page(request: Request) -> bool:
    """Whether the answer is for a person who looks at a page, not for a program."""
    return "text/html" in request.headers.get("accept", "")


def language_of(request: Request) -> Lang:
    """The language asked for in the address, else that of the settings."""
    asked = request.query_params.get("lang")
    state = getattr(request.app.state, "vedich", None)
    default: Lang = state.settings.lang if state else "vi"
    return next((lang for lang in LANGUAGES if lang == asked), default)


def error_page(
    request: Request,
    status: int,
    code: str,
    detail: str = "",
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """The page of an error; in a frame, a small one.

    Parameters
    ----------
    status : HTTP status
    code : of its text in the catalogues, 'unknown_plan'
    detail : more about it in the page's language, '' for nothing
    headers : of the response, beside those of every page
    """
    lang, path = language_of(request), request.url.path
    text = ERROR[lang][code]
    if path.startswith(EMBED):
        text = ERROR[lang]["not_framed"] if code == "not_issued" else text
        html = render("embed_error.html", lang, {"text": text})
        own = {"Content-Security-Policy": _FRAMED, "Referrer-Policy": "no-referrer"}
        return HTMLResponse(html, status, {**dict(headers or {}), **own})
    parts = path.split("/")
    plan = parts[2] if len(parts) > 2 and parts[1] == "plans" and code != "unknown_plan" else ""
    content = {
        "text": text,
        "detail": "" if detail == text or code in _OF_CODES else detail,
        "status": status,
        "plan": f"/plans/{quote(plan)}?lang={lang}" if plan and len(parts) > 3 else "",
        "login": code in ("login_required", "not_allowed"),
    }
    return HTMLResponse(
        render("error.html", lang, content), status, {**dict(headers or {}), **HEADERS}
    )
