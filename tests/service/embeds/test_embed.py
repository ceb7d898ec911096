"""Embeds: issued figures for others, drafts labelled and framed by our own pages only."""

from __future__ import annotations

import re
import struct
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import pytest

from service.charts.fan_chart import FONT
from service.embeds.card import card_of, to_markdown, to_svg
from service.projections.view import ProjectionView

pytestmark = pytest.mark.slow

PLAN = "demo-2018"
PAGE, PICTURES = f"/embed/{PLAN}/coal", (f"/embed/{PLAN}/coal/card", f"/embed/{PLAN}/coal/chart")
SNIPPET = f"/v1/plans/{PLAN}/projections/coal.md"
OUTSIDE = ("anonymous", "key:issued")


def projection(office: Any) -> dict[str, Any]:
    found: dict[str, Any] = office.ask("viewer", "GET", SNIPPET.replace(".md", "")).json()
    return found


def test_nothing_is_shown_outside_before_it_is_issued(office: Any) -> None:
    office.bring_month("approved")
    paths = [PAGE, SNIPPET, *(f"{one}.svg" for one in PICTURES)]
    paths.append(f"/oembed?url=http://127.0.0.1{PAGE}")
    for who in OUTSIDE:
        for path in paths:
            refused = office.ask(who, "GET", path)
            assert (refused.status_code, refused.json()["type"]) == (404, "/problems#not-issued")


def test_outside_sees_the_issue_inside_the_draft_that_came_after(
    office: Any, quick_retrain: Any
) -> None:
    office.bring_month("issued")
    issued = office.stamps()["coal"]
    settings = office.client.app.state.vedich.settings
    quick_retrain(office.store, settings, PLAN, None, promote=True)
    for path in (PAGE, SNIPPET, f"{PICTURES[0]}.svg", f"{PICTURES[1]}.svg"):
        outside = office.ask("anonymous", "GET", path).text
        assert issued in outside
        assert "DỰ THẢO" not in outside
        inside = office.ask("viewer", "GET", path).text
        assert issued not in inside
        assert projection(office)["stamp"] in inside
        assert "DỰ THẢO" in inside


def test_the_page_says_figure_unit_vintage_status_and_stamp(office: Any) -> None:
    office.bring_month("issued")
    one = projection(office)
    for lang, words in (
        ("vi", ("Than đá, năm 2018", "Lũy kế đến tháng 6/2018", "ước tính", "30/6/2018")),
        ("en", ("Coal, year 2018", "Year to date through June 2018", "estimate", "30 June 2018")),
    ):
        page = office.ask("anonymous", "GET", f"{PAGE}?lang={lang}")
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        for word in (*words, one["stamp"]):
            assert word in page.text
        assert f'<html lang="{lang}">' in page.text
        assert "<svg" in page.text
        assert "<script" not in page.text
    assert "nghìn tấn" in office.ask("anonymous", "GET", PAGE).text


def test_only_what_is_issued_may_be_framed_by_others(office: Any) -> None:
    draft = office.ask("viewer", "GET", PAGE)
    assert "frame-ancestors 'self'" in draft.headers["content-security-policy"]
    assert draft.headers["x-frame-options"] == "SAMEORIGIN"
    office.bring_month("issued")
    for who in ("anonymous", "viewer"):
        issued = office.ask(who, "GET", PAGE)
        policy = issued.headers["content-security-policy"]
        assert "frame-ancestors *" in policy
        assert "default-src 'none'" in policy
        assert "x-frame-options" not in issued.headers


def test_an_answer_is_revalidated_by_its_etag(office: Any) -> None:
    office.bring_month("issued")
    for path in (PAGE, SNIPPET, f"{PICTURES[0]}.svg"):
        first = office.ask("anonymous", "GET", path)
        cached = {"If-None-Match": first.headers["etag"]}
        assert office.ask("anonymous", "GET", path, headers=cached).status_code == 304


@pytest.mark.parametrize("picture", PICTURES)
def test_pictures_are_pictures(office: Any, picture: str) -> None:
    office.bring_month("issued")
    svg = office.ask("anonymous", "GET", f"{picture}.svg")
    assert svg.headers["content-type"] == "image/svg+xml"
    root = ElementTree.fromstring(svg.text)
    assert root.tag.endswith("svg")
    assert projection(office)["stamp"] in "".join(root.itertext())
    png = office.ask("anonymous", "GET", f"{picture}.png").content
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", png[16:24])
    assert width >= 2 * 480
    assert height > 200


def test_oembed_gives_the_frame_of_an_embed(office: Any) -> None:
    office.bring_month("issued")
    url = f"http://127.0.0.1{PAGE}?lang=en&as_of=2018-06"
    told = office.ask("anonymous", "GET", f"/oembed?url={quote(url, safe='')}").json()
    assert (told["version"], told["type"]) == ("1.0", "rich")
    assert told["title"] == "Coal, year 2018"
    source = re.search(r'src="([^"]+)"', told["html"])
    assert source is not None
    address = source[1].replace("&amp;", "&").removeprefix("http://127.0.0.1")
    assert "Coal, year 2018" in office.ask("anonymous", "GET", address).text
    small = f"/oembed?url={quote(url, safe='')}&maxwidth=300&maxheight=200"
    told = office.ask("anonymous", "GET", small).json()
    assert (told["width"], told["height"]) == (300, 200)
    other = office.ask("anonymous", "GET", f"{small}&format=xml")
    assert other.status_code == 501  # as the specification has it
    page = office.ask("anonymous", "GET", PAGE).text
    link = re.search(r'type="application/json\+oembed" href="([^"]+)"', page)
    assert link is not None
    found = link[1].replace("&amp;", "&").removeprefix("http://127.0.0.1")
    assert office.ask("anonymous", "GET", found).json()["type"] == "rich"


@pytest.mark.parametrize(
    "url",
    [
        f"http://elsewhere.example{PAGE}",
        "http://127.0.0.1/v1/plans",
        f"javascript://127.0.0.1{PAGE}",
        "nonsense",
    ],
)
def test_other_addresses_are_no_embeds(office: Any, url: str) -> None:
    refused = office.ask("anonymous", "GET", f"/oembed?url={quote(url, safe='')}")
    assert refused.status_code == 404


def test_a_kpi_may_be_unknown_and_one_without_figures_has_a_card(office: Any) -> None:
    office.bring_month("issued")
    assert office.ask("anonymous", "GET", f"/embed/{PLAN}/gold").status_code == 404
    page = office.ask("anonymous", "GET", f"/embed/{PLAN}/bridge").text
    assert "chưa đủ căn cứ" in page
    assert "<svg" not in page
    assert office.ask("anonymous", "GET", f"/embed/{PLAN}/bridge/chart.svg").status_code == 404


def test_the_card_says_what_is_an_estimate_of_the_department(office: Any) -> None:
    office.bring_estimate("issued", 1555.0)
    office.bring_month("issued")
    text = office.ask("anonymous", "GET", SNIPPET).text
    assert "Ước thực hiện cả năm: 1.555,0 (phát hành)" in text.replace("đã phát hành", "phát hành")
    assert f"![Than đá, năm 2018](http://127.0.0.1/embed/{PLAN}/coal/chart.png" in text


@pytest.mark.parametrize("path", [PAGE, f"{PICTURES[0]}.svg", SNIPPET])
def test_an_estimate_entered_since_is_not_hidden_by_a_cached_copy(office: Any, path: str) -> None:
    cached = office.ask("viewer", "GET", path).headers["etag"]
    office.bring_estimate("draft", 1555.0)
    again = office.ask("viewer", "GET", path, headers={"If-None-Match": cached})
    assert again.status_code == 200
    assert "1.555,0" in again.text


def test_words_are_words_whatever_they_say(office: Any) -> None:
    one = projection(office) | {"name": {"vi": "<b>*Than*</b> & _đá_", "en": "x"}}
    card = card_of(ProjectionView.model_validate(one), 1, draft=False, lang="vi")
    assert "<b>" not in to_svg(card, FONT)
    ElementTree.fromstring(to_svg(card, FONT))
    assert r"\<b\>\*Than\*" in to_markdown(card, "p", "q")


def test_long_lines_of_a_card_are_wrapped(office: Any) -> None:
    one = projection(office) | {"name": {"vi": "rất dài " * 20, "en": "x"}}
    card = card_of(ProjectionView.model_validate(one), 1, draft=True, lang="vi")
    drawn = ElementTree.fromstring(to_svg(card, FONT))
    lines = [text.text or "" for text in drawn if text.tag.endswith("text")]
    assert max(map(len, lines)) <= 64
    assert float(drawn.attrib["height"]) >= 20 * len(lines)
