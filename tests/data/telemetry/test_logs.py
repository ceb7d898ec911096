"""Lines of the log: what they belong to, and what they never say."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest

from data.settings import Settings
from data.telemetry.context import within
from data.telemetry.logs import OURS, JsonLines, TextLines, masked, set_up_logs


@pytest.fixture
def _logging_restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in OURS}
    yield
    root.handlers[:], root.level = handlers, level
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


def record(message: str, *given: object, **more: object) -> logging.LogRecord:
    made = logging.LogRecord("service.x", logging.INFO, "x.py", 1, message, given, None)
    vars(made).update(more)
    return made


def test_a_json_line_carries_what_it_belongs_to() -> None:
    with within({"job": "j1", "plan": "vietnam-2021"}):
        line = json.loads(JsonLines().format(record("loaded %d", 3, stamp="AB-12", job="j2")))
    assert line["message"] == "loaded 3"
    assert (line["job"], line["plan"], line["stamp"]) == ("j2", "vietnam-2021", "AB-12")
    assert (line["level"], line["logger"]) == ("info", "service.x")
    assert "request" not in line
    assert line["at"].endswith("+00:00")


def test_a_text_line_has_it_in_brackets_before_the_traceback() -> None:
    try:
        raise ValueError("bad")
    except ValueError as error:
        made = record("failed")
        made.exc_info = (ValueError, error, error.__traceback__)
    with within({"request": "r1"}):
        first, *trace = TextLines().format(made).splitlines()
    assert first.endswith("INFO service.x: failed [request=r1]")
    assert trace[-1] == "ValueError: bad"
    assert json.loads(JsonLines().format(made))["trace"].endswith("ValueError: bad")


@pytest.mark.parametrize(
    ("said", "secret"),
    [
        ("postgresql://vedich:s3cr3t@db/vedich is away", "s3cr3t"),
        ("Authorization: Bearer vk_abcdef123456", "vk_abcdef123456"),
        ("sent with Basic dmVkaWNoOnMzY3IzdA==", "dmVkaWNoOnMzY3IzdA=="),
        ("GET /odata?api_key=vk_abcdef123456&x=1", "vk_abcdef123456"),
        ("{'password': 's3cr3t', 'x': 1}", "s3cr3t"),
        ("refused: <lan.nguyen@so-ct.langson.gov.vn>", "lan.nguyen"),
    ],
)
def test_secrets_and_addresses_are_masked_wherever_they_stand(said: str, secret: str) -> None:
    assert secret not in masked(said)
    assert "***" in masked(said)
    with within({"plan": said}):
        for lines in (TextLines(), JsonLines()):
            assert secret not in lines.format(record("%s", said))


def test_plain_messages_are_left_as_they_are() -> None:
    said = "GET /v1/plans/{plan}: 200, 1.5 ms at 2021-06-30T10:00:00, http://127.0.0.1:8000/"
    assert masked(said) == said


@pytest.mark.usefixtures("_logging_restored")
def test_the_settings_choose_the_lines_and_the_level(capsys: pytest.CaptureFixture[str]) -> None:
    set_up_logs(Settings(log="json", log_level="info"))
    set_up_logs(Settings(log="json", log_level="info"))  # again is no harm
    logging.getLogger("service.y").info("begun")
    logging.getLogger("service.y").debug("not told")
    logging.getLogger("alembic").info("nor this")
    logging.getLogger("uvicorn.error").error("but this")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [line["message"] for line in lines] == ["begun", "but this"]
