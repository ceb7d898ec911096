"""Documents are true: links lead somewhere, and every command, route and target exists."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from experiments.screenshots.take import FOLDER, LARGEST, PICTURES
from service.cli import reference
from service.cli.main import app
from service.shapes.examples import examples
from service.texts import LANGUAGES

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted(
    page
    for page in ROOT.rglob("*.md")
    if not {".venv", "var", "node_modules"} & set(page.relative_to(ROOT).parts)
    and not any(part.startswith(".") for part in page.relative_to(ROOT).parts)
)
# the changelog and the results of experiments tell what was true at their time
TODAY = [page for page in PAGES if page.name != "CHANGELOG.md" and "results" not in page.parts]

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_SPAN = re.compile(r"`([^`\n]+)`")


def _name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def _lines(page: Path) -> Iterator[str]:
    """What a page shows as code: lines of fences, and spans within the text."""
    text = page.read_text(encoding="utf-8")
    for _, block in _FENCE.findall(text):
        yield from block.replace("\\\n", " ").splitlines()
    yield from _SPAN.findall(_FENCE.sub("", text))


def _words(line: str) -> list[str]:
    """The words of a command line without its comment; none where it is no command line."""
    try:
        words = shlex.split(line, comments=True)
    except ValueError:
        return []
    if words[:2] == ["sudo", "-u"]:
        words = words[3:]
    while words and (words[0] == "env" or re.match(r"[A-Z_]+=", words[0])):
        words = words[1:]
    return words


# ------------------------------------------------------------------------------- links


def _anchors(page: Path) -> set[str]:
    """Names of a page's headings, as GitHub makes them."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    plain = (re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", one).lower() for one in headings)
    return {re.sub(r"[^\w\- ]", "", one).strip().replace(" ", "-") for one in plain}


def _broken(page: Path) -> list[str]:
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    found = []
    for target in _LINK.findall(re.sub(r"`[^`\n]*`", "", text)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        if not there.exists() or (anchor and anchor not in _anchors(there)):
            found.append(target)
    return found


@pytest.mark.parametrize("page", PAGES, ids=_name)
def test_every_link_leads_somewhere(page: Path) -> None:
    assert _broken(page) == []


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# A b, c\n[x](#a-b-c) [y](#none) ![z](no.png) [w](https://x)", "utf-8")
    assert _broken(page) == ["#none", "no.png"]


def test_the_pictures_are_those_that_documents_show() -> None:
    taken = {f"{one.name}.{lang}.webp" for one in PICTURES for lang in LANGUAGES}
    shown = {
        Path(target).name
        for page in TODAY
        for target in _LINK.findall(page.read_text(encoding="utf-8"))
        if "screenshots/" in target and Path(target).suffix == ".webp"
    }
    files = {one.name: one.stat().st_size for one in FOLDER.iterdir()}
    assert set(files) == taken == shown
    assert max(files.values()) <= LARGEST
    for guide, lang in (("guide.vi.md", "vi"), ("guide.en.md", "en")):
        text = (ROOT / "docs" / guide).read_text(encoding="utf-8")
        assert all(f"{one.name}.{lang}.webp" in text for one in PICTURES if one.name != "answer")


def test_every_document_is_reached_from_the_index() -> None:
    for folder in (ROOT / "docs", ROOT / "docs" / "decisions"):
        index = (folder / "README.md").read_text(encoding="utf-8")
        for page in folder.glob("*.md"):
            assert page.name == "README.md" or f"]({page.name}" in index, page.name


# ---------------------------------------------------------------------------- commands


def _unknown(words: list[str]) -> str | None:
    """What a line of `vedich …` names that the program does not have."""
    command: Any = typer.main.get_command(app)
    rest = words[1:]
    while rest and re.fullmatch(r"[a-z][a-z-]*", rest[0]) and hasattr(command, "commands"):
        if rest[0] not in command.commands:
            return rest[0]
        command, rest = command.commands[rest[0]], rest[1:]
    known = {flag for one in command.params for flag in one.opts} | {"--help"}
    for word in rest:
        flag = word.strip("[]").partition("=")[0]
        if flag.startswith("--") and flag not in known:
            return flag
    return None


def _commands(page: Path) -> Iterator[list[str]]:
    for line in _lines(page):
        words = _words(line)
        for place, word in enumerate(words):
            if (place == 0 and word == "vedich") or word.endswith(".venv/bin/vedich"):
                yield words[place:]


@pytest.mark.parametrize("page", TODAY, ids=_name)
def test_every_command_exists_with_its_options(page: Path) -> None:
    wrong = {" ".join(words): found for words in _commands(page) if (found := _unknown(words))}
    assert wrong == {}


def test_a_command_that_does_not_exist_is_found() -> None:
    assert _unknown(["vedich", "project", "--plan", "p", "--asof"]) == "--asof"
    assert _unknown(["vedich", "plan", "exports"]) == "exports"
    assert _unknown(["vedich", "retrian"]) == "retrian"
    assert _unknown(["vedich", "report", "template", "x.docx", "--lang", "en"]) is None


def test_the_page_of_commands_is_what_the_program_says() -> None:
    assert reference.PAGE.read_text(encoding="utf-8") == reference.reference(), (
        "docs/commands.md differs from the program: python -m service.cli.reference"
    )


def _modules(page: Path) -> Iterator[list[str]]:
    for line in _lines(page):
        words = _words(line)
        if (
            len(words) > 2
            and words[0].rpartition("/")[2].startswith("python")
            and words[1] == "-m"
        ):
            yield words[2:]


@pytest.mark.parametrize("page", TODAY, ids=_name)
def test_every_module_that_is_run_exists_with_its_options(page: Path) -> None:
    for module, *rest in _modules(page):
        if module.partition(".")[0] not in {
            "data",
            "models",
            "training",
            "service",
            "experiments",
        }:
            continue
        path = ROOT / module.replace(".", "/")
        source = next(
            (p for p in (path.with_suffix(".py"), path / "__main__.py") if p.exists()), None
        )
        assert source is not None, f"{_name(page)}: there is no {module}"
        text = source.read_text(encoding="utf-8")
        assert '__name__ == "__main__"' in text, f"{_name(page)}: {module} cannot be run"
        for flag in (word.strip("[]") for word in rest if word.strip("[]").startswith("--")):
            assert f'"{flag}"' in text, f"{_name(page)}: {module} has no {flag}"


@pytest.mark.parametrize("page", TODAY, ids=_name)
def test_every_make_target_exists(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    asked = {
        word
        for words in map(_words, _lines(page))
        if words[:1] == ["make"]
        for word in words[1:]
        if "=" not in word
    }
    assert asked <= targets


# ------------------------------------------------------------------------------ routes


@pytest.fixture(scope="module")
def routes() -> set[str]:
    """'METHOD /path' of every route of the description, from docs/api.md, which a test holds."""
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    table = page.partition("## Routes")[2].partition("\n## ")[0]
    return set(re.findall(r"^\| `([A-Z]+ /\S+)`", table, re.MULTILINE))


@pytest.mark.parametrize("page", TODAY, ids=_name)
def test_every_route_exists(page: Path, routes: set[str]) -> None:
    known = [re.sub(r"\\\{\w+\\\}", r"[^/]+", re.escape(route)) for route in routes]
    for line in _lines(page):
        for method, path in re.findall(r"\b(GET|POST) (/v1/[^\s?…]+)", line):
            given = f"{method} {path}"
            assert any(re.fullmatch(one, given) for one in known), f"{_name(page)}: {given}"
        for path in re.findall(r"^curl .*?http://[^/]+(/v1/[^\s?'\"]+)", line):
            assert any(re.fullmatch(one.partition("\\ ")[2], path) for one in known), line


def test_the_examples_show_one_state() -> None:
    found = examples()
    one = found["GET /v1/plans/{plan}/projections/{kpi}"]
    median, stamp = one["projected"]["median"], one["stamp"]
    change = found["GET /v1/plans/{plan}/changes"]["changes"][0]
    scenario = found["GET /v1/plans/{plan}/scenarios"]["scenarios"][0]
    shown = found["GET /v1/plans/{plan}/projections/{kpi}/history"]["history"][-1]
    assert change["projected"]["to"] == scenario["median"]["baseline"] == shown["median"] == median
    assert change["stamp"]["to"] == shown["stamp"] == stamp


# ------------------------------------------------------------------------------- rooms


def test_the_map_of_the_readme_is_that_of_the_folders() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for top in ("data", "models", "training", "service"):
        (row,) = re.findall(
            rf"^\| \[`{top}/`\]\([^)]*\) \|[^|]*\|([^|]*)\|$", readme, re.MULTILINE
        )
        rooms = {one.parent.name for one in (ROOT / top).glob("*/__init__.py")}
        assert set(re.findall(r"`(\w+)`", row)) == rooms, top


@pytest.mark.parametrize("page", TODAY, ids=_name)
def test_every_file_that_is_named_exists(page: Path) -> None:
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    named = re.findall(
        r"`((?:data|docs|experiments|models|service|tests|training)/[\w./-]+)`", text
    )
    gone = [one for one in named if "NAME" not in one and not (ROOT / one).exists()]
    assert gone == []
