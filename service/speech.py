"""The language of commands: help, messages and errors in English or Vietnamese.

English stands where it is said; `locale/commands.vi.po` has the Vietnamese of each text.
The language is that of --lang, else of VEDICH_LANG, else of the terminal (LC_ALL,
LC_MESSAGES, LANG); English for every other terminal.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Literal

Lang = Literal["vi", "en"]  # `service.texts` is loaded by the commands that need it
LANGUAGES: tuple[Lang, ...] = ("vi", "en")

_spoken: Lang = "en"


def speak(arguments: Sequence[str]) -> Lang:
    """Choose the language of this process from its arguments and environment."""
    global _spoken
    _spoken = _asked(arguments) or _of_environment()
    return _spoken


def spoken() -> Lang:
    """The language of this process."""
    return _spoken


def told(template: str, **values: Any) -> str:
    """A text in the language of this process, filled in."""
    chosen = vietnamese().get(template, template) if _spoken == "vi" else template
    return chosen.format(**values) if values else chosen


def translate_help(command: Any) -> None:
    """Put the help of a command, its options and its subcommands into Vietnamese."""
    known = vietnamese()
    for name in ("help", "short_help"):
        text = getattr(command, name, None)
        if text:
            setattr(command, name, known.get(" ".join(text.split()), text))
    for parameter in command.params:
        if getattr(parameter, "help", None):
            parameter.help = known.get(parameter.help, parameter.help)
    for one in getattr(command, "commands", {}).values():
        translate_help(one)


@cache
def vietnamese() -> dict[str, str]:
    """English → Vietnamese."""
    from babel.messages.pofile import read_po

    with files("service").joinpath("locale/commands.vi.po").open("rb") as file:
        found = read_po(file, abort_invalid=True)
    return {str(one.id): str(one.string) for one in found if one.id and one.string}


def _asked(arguments: Sequence[str]) -> Lang | None:
    """The value of --lang."""
    for place, one in enumerate(arguments):
        name, equals, value = one.partition("=")
        if name == "--lang":
            given = value if equals else next(iter(arguments[place + 1 :]), "")
            return next((lang for lang in LANGUAGES if lang == given), None)
    return None


def _of_environment() -> Lang:
    for variable in ("VEDICH_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        given = os.environ.get(variable, "")
        if given:
            return "vi" if given.startswith("vi") else "en"
    return "en"
