"""Every command that a document marks as runnable runs, page by page, after `make run`.

Fences marked `sh` are run line by line. A fence after `<!-- file: NAME -->` is written to
that file first, so that commands find the page's own examples.
"""

from __future__ import annotations

import io
import os
import re
import shlex
import shutil
from collections.abc import Callable, Iterator
from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest

from service.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
_VARIABLE = re.compile(r"[A-Z_]+=")
_FENCE = re.compile(r"(?:<!-- file: (\S+) -->\n)?```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
STARTED = (  # what `make run` does before it serves
    "vedich init --sample all",
    "vedich retrain --plan vietnam-2021 --since 2021-01 --as-of 2021-06",
    "vedich retrain --plan lang-son-2021 --since 2021-01 --as-of 2021-06",
)
PAGES = [
    page
    for page in (ROOT / "README.md", ROOT / "README.vi.md", *sorted((ROOT / "docs").glob("*.md")))
    if "```sh\n" in page.read_text(encoding="utf-8")
]


def _commands(page: Path) -> Iterator[str]:
    """The lines of a page's runnable fences; its examples are written where they are named."""
    for file, language, block in _FENCE.findall(page.read_text(encoding="utf-8")):
        if file:
            Path(file).write_text(block, encoding="utf-8")
        if language == "sh":
            yield from (line for line in block.splitlines() if line.strip())


def _run(line: str, monkeypatch: pytest.MonkeyPatch) -> int:
    words = shlex.split(line, comments=True)
    set_first = dict(word.split("=", 1) for word in takewhile(_VARIABLE.match, words))
    program, *arguments = words[len(set_first) :]
    assert program in {"vedich", ".venv/bin/vedich"}, f"only vedich may be run: {line}"
    monkeypatch.setattr("sys.stdin", io.StringIO("a password of some length\n"))
    with monkeypatch.context() as patch:
        for variable, value in set_first.items():
            patch.setenv(variable, value)
        with pytest.raises(SystemExit) as ended:
            main(arguments)
    return int(ended.value.code or 0)


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory, quick_retrain: Callable[..., Any]) -> Path:
    """The home after `make run`; two cheap candidates stand for all. Read only."""
    home = tmp_path_factory.mktemp("started")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VEDICH_HOME", str(home))
        patch.setattr("training.retrain.retrain", quick_retrain)
        for line in STARTED:  # one month's model is enough for what documents show
            assert _run(line.replace("--since 2021-01 ", ""), patch) == 0
    return home


def test_what_make_run_does_is_known() -> None:
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8").partition("\nrun:")[2]
    told = {"$(BIN)/": "", "$(PLAN)": "vietnam-2021", "$(AS_OF)": "2021-06", "$(SINCE)": "2021-01"}
    for name, value in told.items():
        recipe = recipe.replace(name, value)
    lines = [line.strip() for line in recipe.partition("\n\n")[0].splitlines()[1:]]
    assert lines == [*STARTED, "vedich serve"]


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_commands_of_a_page_run(
    page: Path,
    started: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    quick_retrain: Callable[..., Any],
) -> None:
    home = tmp_path / "home"
    shutil.copytree(started, home)
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setenv("VEDICH_HOME", str(home))
    for variable in set(os.environ) & {
        "VEDICH_DATABASE_URL",
        "MLFLOW_TRACKING_URI",
        "VEDICH_LANG",
    }:
        monkeypatch.delenv(variable)
    monkeypatch.setattr("training.retrain.retrain", quick_retrain)
    ran = [(line, _run(line, monkeypatch)) for line in _commands(page)]
    assert ran
    assert [line for line, code in ran if code] == []
