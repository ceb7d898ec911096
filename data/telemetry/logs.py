"""The log: to standard error, as text or a JSON object a line, with what each line belongs to.

Passwords, keys and addresses of mail are masked, whoever wrote them into a message.
"""

from __future__ import annotations

import json
import logging
import re
import sys
from datetime import UTC, datetime

from data.settings import Settings
from data.telemetry.context import IDS, ids

OURS = ("data", "models", "training", "service")
MASK = "***"
_SECRETS = (
    (re.compile(r"(?<=://)[^/\s:@]*:[^/\s@]+(?=@)"), MASK),  # user:password@ of an address
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{6,}"), rf"\1 {MASK}"),
    (
        re.compile(
            r"(?i)\b(password|passwd|secret|token|api_key|authorization|cookie)"
            r"(['\"]?\s*[=:]\s*['\"]?)[^\s'\"&,;)]+"
        ),
        rf"\1\2{MASK}",
    ),
    (re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+"), MASK),  # an address of mail
)


def set_up_logs(settings: Settings) -> None:
    """Write the log of this process as the settings say; again is no harm."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if settings.log == "json" else TextLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in OURS:
        logging.getLogger(name).setLevel(settings.log_level.upper())


def masked(text: str) -> str:
    """A text without passwords, keys and addresses of mail."""
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


class TextLines(logging.Formatter):
    """A line for people: when, how bad, where, what, and what it belongs to."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        belongs = " ".join(f"{name}={value}" for name, value in _belongs(record).items())
        head, newline, trace = super().format(record).partition("\n")
        return masked(f"{head} [{belongs}]{newline}{trace}" if belongs else head + newline + trace)


class JsonLines(logging.Formatter):
    """A JSON object a line for programs: `at`, `level`, `message`, what it belongs to."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": masked(record.getMessage()),
            "process": record.process,
            **{name: masked(value) for name, value in _belongs(record).items()},
        }
        if record.exc_info:
            line["trace"] = masked(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


def _belongs(record: logging.LogRecord) -> dict[str, str]:
    """What a line belongs to, in one order; what the line itself says (`extra`) counts first."""
    around = ids()
    found = {name: getattr(record, name, around.get(name)) for name in IDS}
    return {name: str(value) for name, value in found.items() if value is not None}
