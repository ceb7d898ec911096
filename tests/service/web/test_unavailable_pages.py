"""A database that cannot be used, and memory at its limit: 503 with words, never a traceback."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from models.errors import StoreUnavailable
from service.cli.main import main
from service.web import problems

WORDS = {
    ("damaged", "vi"): "Cơ sở dữ liệu bị hỏng",
    ("damaged", "en"): "The database is damaged",
    ("full", "vi"): "Ổ đĩa của hệ thống đã đầy",
    ("memory", "en"): "not enough memory",
}


@pytest.fixture
def failing(own_service: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let every page of a plan fail with an error."""

    def fail(error: BaseException) -> Any:
        def raising(*_given: Any, **_named: Any) -> Any:
            raise error

        for module in ("service.pages.plan", "service.api.plans"):
            monkeypatch.setattr(f"{module}.load_plan", raising)
        return own_service

    return fail


@pytest.mark.parametrize(("reason", "lang"), WORDS)
def test_a_page_says_why_in_its_language(failing: Any, reason: str, lang: str) -> None:
    error = (
        MemoryError()
        if reason == "memory"
        else StoreUnavailable("sqlite:////home/secret/vedich.db", "disk image", reason)
    )
    client = failing(error)
    page = client.get(f"/plans/demo-2018?lang={lang}", headers={"accept": "text/html"})
    assert page.status_code == 503
    assert page.headers["retry-after"] == "60"
    assert WORDS[reason, lang] in page.text
    assert f'lang="{lang}"' in page.text
    assert "secret" not in page.text


def test_a_program_gets_a_problem(failing: Any) -> None:
    error = StoreUnavailable("sqlite:////home/secret/vedich.db", "disk image", "newer")
    answer = failing(error).get("/v1/plans/demo-2018")
    assert (answer.status_code, answer.headers["content-type"]) == (503, problems.MEDIA_TYPE)
    assert answer.json()["type"] == "/problems#store-unavailable"
    assert "newer version" in answer.json()["detail"]
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    ("lang", "words"), [("vi", "bị hỏng hoặc không phải"), ("en", "is damaged, or not one of")]
)
def test_a_command_says_why_in_one_paragraph(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any, lang: str, words: str
) -> None:
    (tmp_path / "vedich.db").write_bytes(b"Dear colleague, " * 500)
    monkeypatch.setenv("VEDICH_HOME", str(tmp_path))
    monkeypatch.setenv("VEDICH_LANG", lang)
    monkeypatch.delenv("VEDICH_DATABASE_URL", raising=False)
    with pytest.raises(SystemExit) as left:
        main(["plan", "list"])
    told = capsys.readouterr().err.splitlines()[-1]
    assert left.value.code == 2
    assert words in told
    assert "vedich restore" in told


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        ImportError("x.so: failed to map segment from shared object"),
        OSError(12, "Cannot allocate memory"),
        RuntimeError("can't start new thread"),
    ],
)
def test_memory_at_its_limit_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: Any, error: Exception
) -> None:
    def fail(**_given: Any) -> None:
        raise error

    monkeypatch.setattr("typer.main.get_command", lambda _app: fail)
    monkeypatch.setenv("VEDICH_LANG", "en")
    with pytest.raises(SystemExit) as left:
        main(["plan", "list"])
    assert left.value.code == 2
    assert "not enough memory" in capsys.readouterr().err


def test_other_errors_of_the_program_stay_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_given: Any) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("typer.main.get_command", lambda _app: fail)
    with pytest.raises(RuntimeError, match="a bug"):
        main(["plan", "list"])
