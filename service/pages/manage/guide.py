"""The guide inside the product: what every page is for, on one page."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter, Request

from service.auth.access import Public
from service.pages.page import Page, page, site_of
from service.texts import HELP, TEXT
from service.web.respond import Language

router = APIRouter(include_in_schema=False, default_response_class=Page)


@dataclass(frozen=True)
class TopicShown:
    """A page of the product: its name, what it is for, what to do on it."""

    topic: str
    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class GuideContent:
    """The pages in the order in which a planner meets them."""

    topics: tuple[TopicShown, ...]


@router.get("/help")
def guide_page(request: Request, by: Public, lang: Language) -> str:
    """What each page is for and what to do there; every page shows its own part."""
    topics = tuple(
        TopicShown(topic, TEXT[lang][f"guide.{topic}"], tuple(text.splitlines()))
        for topic, text in HELP[lang].items()
    )
    return page("manage/guide.html", site_of(request, lang, by), GuideContent(topics))
