"""The pages of a plan, and its menu, read from the routes in the order they are included."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi.routing import RouteContext, iter_route_contexts
from starlette.routing import BaseRoute

MENU = "menu"  # tag of a route whose page stands in the menu
_PLAN = "/plans/{plan}"


@dataclass(frozen=True)
class PlanPage:
    """A page of a plan.

    Attributes
    ----------
    path : as the route declares it, '/plans/{plan}/what-if'
    in_menu : whether the menu leads to it
    """

    path: str
    in_menu: bool

    @property
    def section(self) -> str:
        """What follows the plan in the path, 'what-if'; '' for the plan's first page."""
        return self.path.removeprefix(_PLAN).removeprefix("/")

    @property
    def name(self) -> str:
        """The page's code in the catalogues, as in `page.section.what_if`."""
        return self.section.replace("-", "_") or "plan"


def plan_pages(routes: Sequence[BaseRoute | RouteContext]) -> tuple[PlanPage, ...]:
    """Every page of a plan; its pictures and files, whose paths have an extension, are not."""
    return tuple(
        PlanPage(str(route.path), MENU in route.tags)
        for route in iter_route_contexts(routes)
        if "GET" in (route.methods or ())
        and f"{route.path}/".startswith(f"{_PLAN}/")
        and "." not in str(route.path)
    )


def topic_of(path: str) -> str:
    """The subject of a page's help, by its route: '/plans/{plan}/kpis/{kpi}' → 'kpis'."""
    rest = path.removeprefix(_PLAN) if path.startswith(_PLAN) else path
    first = rest.strip("/").partition("/")[0]
    if not first:
        return "plan" if path.startswith(_PLAN) else "first"
    return first.replace("-", "_").partition(".")[0]
