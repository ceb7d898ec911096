"""Templates: what they read has to be there."""

from __future__ import annotations

import pytest
from jinja2 import UndefinedError

from service.auth.access import ANONYMOUS
from service.pages.site import Site
from service.pages.views.interface import RoutesContent
from service.web.templates import render


def test_what_is_missing_is_an_error_and_no_blank() -> None:
    site = Site("en", ANONYMOUS, "/docs")
    assert "HTTP interface" in render("docs.html", "en", {"site": site, "page": RoutesContent(())})
    with pytest.raises(UndefinedError, match="operations"):
        render("docs.html", "en", {"site": site, "page": object()})
