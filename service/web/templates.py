"""Renders the templates of pages and embeds with the texts of a language; their headers."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from service.texts import TEXT, Lang
from service.web.assets import address

# Pages load nothing from other sites, run only our own scripts, and cannot be framed.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; "
        "img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def render(template: str, lang: Lang, content: dict[str, Any]) -> str:
    """A template of `service/pages/templates`, with the texts of the language as `t`."""
    return _templates().get_template(template).render(t=TEXT[lang], lang=lang, **content)


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("service", "pages/templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,  # a misspelt attribute is an error, not a blank
    )
    environment.globals["asset"] = address
    return environment
