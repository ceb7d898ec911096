"""Nobody who reads one language meets a sentence of the other: pages, errors, commands."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
import typer

from data.plans.rows import load_plan
from models.errors import UnknownPlan, UnreadableFile, VedichError
from service.cli.main import app, main
from service.speech import vietnamese as of_commands
from service.texts import ERROR, LANGUAGES, Lang
from service.web.problems import kinds
from service.wording import code_of, vietnamese, worded
from tests.service.test_vietnamese_terms import FORBIDDEN

ROOT = Path(__file__).resolve().parents[2]
PLAN = "/plans/demo-2018"
PAGE = {"Accept": "text/html,application/xhtml+xml"}
# Words that no Vietnamese text has and nearly every English sentence has two of.
ENGLISH = re.compile(
    r"\b(the|is|are|was|were|of|and|to|for|with|from|this|that|has|have|been|which|not|by|"
    r"expected|found|there|its|it|at|on|up|before|after|none)\b",
    re.IGNORECASE,
)
VIETNAMESE = re.compile(r"[ăđơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE)
# The link to the other language, and what the tests' plan itself says.
OWN = re.compile(r"Tiếng Việt|English|Sở Công Thương|a decision made up for tests|\{.*?\}")


class Texts(HTMLParser):
    """The texts of a page, without what is marked as being of another language."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        aside = tag in ("script", "style", "code", "svg") or (tag != "html" and "lang" in given)
        if tag not in ("input", "img", "link", "meta", "br"):
            self._open.append((tag, aside))
        for name in ("alt", "aria-label", "title", "placeholder", "data-text"):
            self.found += [str(given[name])] if given.get(name) else []

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(aside for _, aside in self._open):
            self.found.append(" ".join(data.split()))


def texts_of(html: str) -> list[str]:
    reader = Texts()
    reader.feed(html)
    return reader.found


def foreign(texts: list[str], lang: Lang) -> list[str]:
    """Texts with a sentence of the other language."""
    own = [OWN.sub("", text) for text in texts]
    if lang == "en":
        return [text for text in own if VIETNAMESE.search(text)]
    return [text for text in own if len(ENGLISH.findall(text)) > 1]


PAGES = (
    PLAN,
    *(
        f"{PLAN}/{section}"
        for section in (
            "kpis/steel",
            "kpis/both",
            "why",
            "what-if",
            "data",
            "reports",
            "models",
            "versions",
            "manage",
            "amend",
            "roll-over",
            "figures?month=2018-06",
            "estimates",
            "events",
        )
    ),
    "/new-plan",
    "/house",
    "/help",
    "/login",
    "/docs",
    "/problems",
)
WRONG = (
    ("/plans/nowhere", 404),
    (f"{PLAN}/kpis/nothing", 404),
    (f"{PLAN}?as_of=June", 422),
    (f"{PLAN}/versions?from=99", 404),
    (f"{PLAN}/what-if?id=99", 404),
    (f"{PLAN}/data?import=99", 404),
    ("/nowhere", 404),
    (f"{PLAN}/kpis/coal/estimate", 405),
    (f"{PLAN}/versions?from=x", 422),
    (f"{PLAN}/reports?as_of=2010-01", 200),
)


@pytest.mark.slow
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_page_is_in_one_language(service: Any, lang: Lang) -> None:
    for page in PAGES:
        joint, month = (
            "&" if "?" in page else "?",
            "&as_of=2018-06" if page.startswith(PLAN) else "",
        )
        html = service.get(f"{page}{joint}lang={lang}{month}").text
        assert f'<html lang="{lang}"' in html
        assert foreign(texts_of(html), lang) == [], page


# What is for programs and those who write them: codes, roles by their names, models by theirs.
OF_PROGRAMS = re.compile(r"\b(champion|challenger|slug)\b|\bos:|\blocal\b", re.IGNORECASE)


@pytest.mark.slow
@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_page_says_what_only_programs_say(service: Any, lang: Lang) -> None:
    """Walks every page of a plan that the menu knows, and those above, errors among them."""
    store = service.app.state.vedich.store
    slugs = [kpi.slug for kpi in load_plan(store, "demo-2018").kpis]
    codes = ["demo-2018", *(slugs if lang == "vi" else ())]  # which are words of English
    kpis = [f"{PLAN}/kpis/{slug}" for slug in slugs]
    menu = [f"{PLAN}/{one.section}" for one in service.app.state.plan_pages]
    wrong = [address for address, _ in WRONG]
    for page in dict.fromkeys((*PAGES, *menu, *kpis, *wrong, "/", "/account", "/roll-up")):
        if page in ("/docs", "/problems"):  # written for programmers
            continue
        joint = "&" if "?" in page else "?"
        html = service.get(f"{page}{joint}lang={lang}", headers=PAGE).text
        for text in texts_of(html):
            assert not OF_PROGRAMS.search(text), (page, text)
            named = [code for code in codes if re.search(rf"\b{code}\b", text)]
            assert not named, (page, text)
            if lang == "vi":
                given_up = [one for one in FORBIDDEN if re.search(one, text, re.IGNORECASE)]
                assert not given_up, (page, text)


@pytest.mark.slow
@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_goes_wrong_is_a_page_with_the_way_back(service: Any, lang: Lang) -> None:
    for address, status in WRONG:
        joint = "&" if "?" in address else "?"
        answer = service.get(f"{address}{joint}lang={lang}", headers=PAGE)
        assert answer.status_code == status, address
        assert answer.headers["content-type"].startswith("text/html"), address
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert f'href="/?lang={lang}"' in answer.text
        assert foreign(texts_of(answer.text), lang) == [], address
        if status >= 400:
            program = service.get(address)
            assert program.headers["content-type"] == "application/problem+json"


@pytest.mark.slow
def test_a_frame_that_is_not_issued_says_so_in_the_frame(service: Any) -> None:
    framed = {**PAGE, "Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "cross-site"}
    answer = service.get("/embed/demo-2018/coal?lang=vi&as_of=2018-06", headers=framed)
    assert answer.status_code == 404
    assert "chưa được phát hành" in answer.text
    assert "x-frame-options" not in answer.headers
    assert "frame-ancestors *" in answer.headers["content-security-policy"]
    own = {**framed, "Sec-Fetch-Site": "same-origin"}
    draft = service.get("/embed/demo-2018/coal?lang=vi&as_of=2018-06", headers=own)
    assert draft.status_code == 200
    assert draft.headers["x-frame-options"] == "SAMEORIGIN"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_kind_of_error_has_words(lang: Lang) -> None:
    every: list[type[VedichError]] = [VedichError, *kinds()]
    found = [ERROR[lang][code_of(kind)] for kind in every]
    assert foreign(found, lang) == []


def test_what_the_catalogue_lacks_is_said_by_its_class() -> None:
    odd = UnknownPlan("a new sentence")
    assert worded(odd, "vi") == ERROR["vi"]["unknown_plan"]
    assert worded(odd, "en") == "a new sentence"
    file = UnreadableFile("a.xlsx", expected="a new thing", found="x", sheet="1", cell="B2")
    assert worded(file, "vi") == "a.xlsx, trang tính '1', ô B2: không đọc được nội dung 'x'."


# Rooms whose messages planners meet on pages.
SAID = (
    "data/accounts",
    "data/db/backup",
    "data/ingestion",
    "data/plans",
    "data/readers/mapped",
    "data/sign_off",
    "service/analysis",
    "service/auth",
    "service/report",
    "service/rights",
    "service/workflow",
)


def said(folder: Path, names: set[str]) -> Iterator[str]:
    """The texts written out as the first argument of calls of these names."""
    for file in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in names and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant):
                    yield str(first.value)


def test_messages_of_pages_are_in_the_catalogue() -> None:
    every: list[type[VedichError]] = [VedichError, *kinds()]
    # a file says its place, a weak password its code: both have texts of their own
    names = {kind.__name__ for kind in every} - {"UnreadableFile", "WeakPassword"}
    found = [one for room in SAID for one in said(ROOT / room, {*names, "Phrase"})]
    assert len(found) > 60
    assert [one for one in found if one not in vietnamese()] == []


def test_what_commands_say_is_in_the_catalogue() -> None:
    found = list(said(ROOT / "service/cli", {"told"}))
    assert len(found) > 20
    assert [one for one in found if one not in of_commands()] == []


@pytest.mark.parametrize("known", [vietnamese, of_commands])
def test_vietnamese_fills_in_fields_that_english_has(known: Any) -> None:
    for english, text in known().items():
        fields, own = (
            {name for _, name, _, _ in Formatter().parse(one) if name} for one in (text, english)
        )
        assert fields <= own, english
    assert foreign(list(known().values()), "vi") == []


def helps(command: Any) -> list[str]:
    found = [command.help or "", *(getattr(one, "help", None) or "" for one in command.params)]
    for one in getattr(command, "commands", {}).values():
        found += helps(one)
    return [" ".join(one.split()) for one in found if one]


def test_every_command_and_option_has_vietnamese_help() -> None:
    found = helps(typer.main.get_command(app))
    assert len(found) > 150
    assert [one for one in found if one not in of_commands()] == []


@pytest.mark.slow
def test_commands_speak_the_language_of_the_terminal(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(*arguments: str) -> str:
        with pytest.raises(SystemExit):
            main(arguments)
        told = capsys.readouterr()
        return " ".join((told.out + told.err).split())

    monkeypatch.setenv("LANG", "vi_VN.UTF-8")
    for variable in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(variable, raising=False)
    assert "Dự báo cả năm và khả năng đạt" in run("--help")
    assert "Không có kế hoạch 'nowhere'" in run("project", "--plan", "nowhere")
    assert "kế hoạch" in run("plan", "list")
    estimate = ("month", "estimate", "2018-06", "coal")
    assert "có thể là 1,02 hoặc 1.020" in run(*estimate, "1,020", "--reason", "x")
    assert "thấp hơn số lũy kế" in run(*estimate, "4,15", "--reason", "x")
    assert "4,2 nghìn tấn" in run(*estimate, "4,15", "--reason", "x", "--confirm")
    monkeypatch.setenv("LANG", "en_GB.UTF-8")
    assert "no plan 'nowhere'" in run("project", "--plan", "nowhere")
    assert "Không có kế hoạch" in run("project", "--plan", "nowhere", "--lang", "vi")
