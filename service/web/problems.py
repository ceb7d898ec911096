"""Errors as `application/problem+json` (RFC 9457): one shape for every error response.

The only place where an error becomes an HTTP status. Our own errors keep their message;
an unexpected error is a 500 without details (the server's log has the traceback).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException

from data.plans.rows import load_plan
from models import errors
from models.errors import UnreadableFile, VedichError
from service.texts import ERROR, TEXT, Lang
from service.web.error_page import error_page, language_of, wants_page
from service.wording import NO_NAMES, code_of, names_in, worded

MEDIA_TYPE = "application/problem+json"
LOGIN = "/login"  # browsers that must log in are redirected there, see service/pages/session.py
FEED = "/odata/"
TYPES = "/problems"  # the page that explains every type

STATUS: Mapping[type[VedichError], int] = {
    errors.InputError: 422,
    errors.TooSlow: 408,
    errors.UnknownHost: 400,
    errors.Overloaded: 503,
    errors.UploadTooLarge: 413,
    errors.InvalidQuery: 400,
    errors.UnsupportedQuery: 501,
    errors.NotFound: 404,
    errors.NotAllowed: 403,
    errors.LoginRequired: 401,
    errors.LoginFailed: 401,
    errors.TooManyLogins: 429,
    errors.OutOfTurn: 409,
    errors.NeedsConfirmation: 409,
    errors.ImportConflict: 409,
    errors.CannotForecast: 409,
    errors.NoBundle: 409,
    errors.UnreadableBundle: 503,
    errors.StoreUnavailable: 503,
    errors.TrackingUnavailable: 503,
    errors.ClusterUnavailable: 503,
    errors.Busy: 503,
    errors.MissingExtra: 503,
}
# The machine's own troubles: their messages name paths, hosts and users, which are for the log.
_FOR_THE_LOG = (errors.UnreadableBundle, errors.TrackingUnavailable, errors.ClusterUnavailable)
_HEADERS = {401: {"WWW-Authenticate": 'Bearer realm="vedich"'}, 503: {"Retry-After": "10"}}
_LATER = "60"  # seconds until an unavailable service is worth another request
# Errors of the framework, by status: their texts in the catalogues.
_CODES = {404: "no_page", 405: "no_method", 413: "too_large", 429: "too_many", 503: "unavailable"}
_UNEXPECTED = "Something went wrong inside the service; its log says what. Please report it."

log = logging.getLogger(__name__)


def status_of(kind: type[VedichError]) -> int | None:
    """HTTP status of an error class or of its nearest base; None if there is none."""
    return next((STATUS[base] for base in kind.__mro__ if base in STATUS), None)


def kinds(base: type[VedichError] = VedichError) -> Iterator[type[VedichError]]:
    """Every error class below `base`, depth first."""
    for kind in base.__subclasses__():
        yield kind
        yield from kinds(kind)


def slug_of(kind: type[VedichError]) -> str:
    """`UnknownPlan` → 'unknown-plan', the fragment of the problem's type."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", kind.__name__).lower()


def title_of(kind: type[VedichError]) -> str:
    """`UnknownPlan` → 'Unknown plan'."""
    return slug_of(kind).replace("-", " ").capitalize()


def problem(
    status: int,
    detail: str,
    *,
    instance: str,
    type_: str = "about:blank",
    title: str | None = None,
    places: Sequence[Mapping[str, str]] = (),
    text: str = "",
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """One problem document.

    Parameters
    ----------
    status : HTTP status
    detail : what was expected, what arrived, what to do
    instance : path of the request
    type_ : URI reference of the type; 'about:blank' if the status is enough
    title : short name of the type; default the phrase of the status
    places : locations in the request or file, each with 'place' and 'message'
    text : the detail in the language that the request names, for people; '' for none
    """
    content: dict[str, Any] = {
        "type": type_,
        "title": title or HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": instance,
        "errors": list(places),
    }
    if text:
        content["text"] = text
    if instance.startswith(FEED):  # where OData clients look for it
        content["error"] = {"code": type_.rpartition("#")[2], "message": detail}
    return JSONResponse(content, status, dict(headers or {}), media_type=MEDIA_TYPE)


def problem_of(
    error: VedichError,
    instance: str,
    lang: Lang | None = None,
    names: Mapping[str, str] = NO_NAMES,
) -> JSONResponse:
    """The problem document of one of our own errors; with its text in a language if given."""
    kind = type(error)
    status = status_of(kind)
    if status is None:
        return problem(500, _UNEXPECTED, instance=instance)
    places = []
    if isinstance(error, UnreadableFile):
        parts = (error.file, error.sheet, error.cell, error.path)
        place = " ".join(part for part in parts if part)
        message = f"expected {error.expected}, found {error.found}"
        places = [{"place": place, "message": message}]
    headers = _HEADERS.get(status)
    if isinstance(error, errors.TooManyLogins):
        headers = {"Retry-After": str(error.wait)}
    return problem(
        status,
        _told(error, "en", instance),
        instance=instance,
        type_=f"{TYPES}#{slug_of(kind)}",
        title=title_of(kind),
        places=places,
        text=_told(error, lang, instance, names) if lang else "",
        headers=headers,
    )


def _told(
    error: VedichError, lang: Lang, instance: str, names: Mapping[str, str] = NO_NAMES
) -> str:
    """What a reader is told of an error; what is for the log is logged instead."""
    if not isinstance(error, _FOR_THE_LOG):
        return worded(error, lang, names)
    log.warning("%s: %s", instance, error)
    return ERROR[lang][code_of(type(error))]


def _names(request: Request, lang: Lang) -> Mapping[str, str]:
    """The names of what the request's plan has, so that people read no slugs."""
    slug = request.path_params.get("plan")
    try:
        return (
            names_in(load_plan(request.app.state.vedich.store, slug), lang) if slug else NO_NAMES
        )
    except VedichError:
        return NO_NAMES


def _text(request: Request, code: str) -> str:
    """What a person reads about an error without a message of its own, if a language is asked."""
    return ERROR[language_of(request)][code] if "lang" in request.query_params else ""


def _unavailable(request: Request, reason: str) -> Response:
    """503 as a page or a problem: why, but not where the database is (the log says that)."""
    headers = {"Retry-After": _LATER}
    lang = language_of(request)
    if wants_page(request):
        told = TEXT[lang][f"unavailable.page.{reason}"]
        return error_page(request, 503, "unavailable", told, headers)
    return problem(
        503,
        TEXT["en"][f"unavailable.page.{reason}"],
        instance=request.url.path,
        type_=f"{TYPES}#{slug_of(errors.StoreUnavailable)}",
        title=title_of(errors.StoreUnavailable),
        text=TEXT[lang][f"unavailable.page.{reason}"] if "lang" in request.query_params else "",
        headers=headers,
    )


def install(app: FastAPI) -> None:
    """Register the error handlers, so that every error response has this shape."""

    def own(request: Request, error: Exception) -> Response:
        assert isinstance(error, VedichError)
        if isinstance(error, errors.StoreUnavailable):
            log.error("%s", error)
            return _unavailable(request, error.reason)
        lang = language_of(request)
        if wants_page(request):
            if isinstance(error, errors.LoginRequired) and request.method == "GET":
                target = quote(f"{request.url.path}?{request.url.query}".rstrip("?"))
                return RedirectResponse(f"{LOGIN}?next={target}", 303)
            status = status_of(type(error))
            code = "unexpected" if status is None else code_of(type(error))
            names = _names(request, lang)
            told = _told(error, lang, request.url.path, names) if status is not None else ""
            return error_page(request, status or 500, code, told, _HEADERS.get(status or 500))
        asked = lang if "lang" in request.query_params else None
        names = _names(request, lang) if asked else NO_NAMES
        return problem_of(error, request.url.path, asked, names)

    def out_of_memory(request: Request, error: Exception) -> Response:
        log.error("out of memory: %s", request.url.path)
        return _unavailable(request, "memory")

    def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if wants_page(request):
            code = _CODES.get(error.status_code, "vedich_error")
            return error_page(request, error.status_code, code, headers=error.headers)
        detail = error.detail
        if error.status_code == 404 and detail == HTTPStatus.NOT_FOUND.phrase:
            detail = f"There is nothing at {request.url.path}; /docs lists what there is."
        elif error.status_code == 405:
            allowed = (error.headers or {}).get("Allow", "another method")
            detail = f"{request.method} is not allowed here; use {allowed}."
        return problem(error.status_code, detail, instance=request.url.path, headers=error.headers)

    def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        if wants_page(request):
            return error_page(request, 422, "invalid_request")
        places = [
            {"place": ".".join(str(part) for part in found["loc"]), "message": found["msg"]}
            for found in error.errors()
        ]
        first = places[0]
        more = f" ({len(places) - 1} more)" if len(places) > 1 else ""
        return problem(
            422,
            f"{first['place']}: {first['message']}{more}.",
            instance=request.url.path,
            type_=f"{TYPES}#invalid-request",
            title="Invalid request",
            places=places,
            text=_text(request, "invalid_request"),
        )

    def unexpected(request: Request, error: Exception) -> Response:
        if wants_page(request):
            return error_page(request, 500, "unexpected")
        return problem(500, _UNEXPECTED, instance=request.url.path)

    app.add_exception_handler(VedichError, own)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(MemoryError, out_of_memory)
    app.add_exception_handler(Exception, unexpected)
