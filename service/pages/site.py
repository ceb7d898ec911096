"""The requested page, and links to other pages that keep plan, vintage and language."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote, urlencode

from data.accounts.accounts import Access
from service.auth.access import Caller
from service.texts import HELP, Lang


@dataclass(frozen=True)
class Site:
    """The requested page.

    Attributes
    ----------
    lang : of its texts
    caller : the reader
    path : address without the query
    section : current section of the plan's menu, '' for the plan page; None for a page
        outside a plan
    plan : slug; '' for a page outside a plan
    as_of : the requested vintage; None for the default
    query : the other parameters of the query, kept when the language is switched
    menu : section and name of each page of the plan's menu
    topic : of the help that the page shows
    work : HTML of the strip of long work; two sites that differ in it are the same page
    """

    lang: Lang
    caller: Caller
    path: str
    section: str | None = None
    plan: str = ""
    as_of: str | None = None
    query: tuple[tuple[str, str], ...] = ()
    menu: tuple[tuple[str, str], ...] = ()
    topic: str = ""
    work: str = field(default="", compare=False)

    @property
    def help(self) -> tuple[str, ...]:
        """What the page is for, then what to do on it, one line each."""
        text = HELP[self.lang].get(self.topic, "")
        return tuple(text.splitlines())

    def may(self, access: Access) -> bool:
        """Whether the reader has this role."""
        return self.caller.may(access)

    def to(self, path: str, **query: str | None) -> str:
        """A link to another path, with this page's vintage and language unless given."""
        merged = {"as_of": self.as_of, "lang": self.lang, **query}
        given = {name: value for name, value in merged.items() if value}
        return f"{path}?{urlencode(given)}" if given else path

    def page(self, section: str, **query: str | None) -> str:
        """A page of the same plan."""
        base = f"/plans/{quote(self.plan)}"
        return self.to(f"{base}/{section}" if section else base, **query)

    def kpi(self, slug: str) -> str:
        """The page of one KPI of the same plan."""
        return self.page(f"kpis/{quote(slug)}")

    def api(self, rest: str = "", **query: str | None) -> str:
        """A route of the interface about the same plan."""
        return self.to(f"/v1/plans/{quote(self.plan)}{rest}", **query)

    def in_language(self, lang: Lang) -> str:
        """The same page in another language."""
        kept = [pair for pair in self.query if pair[0] not in ("as_of", "lang")]
        dated = [("as_of", self.as_of)] if self.as_of else []
        return f"{self.path}?{urlencode([*dated, ('lang', lang), *kept])}"
