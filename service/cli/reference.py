"""docs/commands.md: the help of every command, on one page.

    python -m service.cli.reference

A test fails if the page differs from what this writes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer.main

from service.cli.main import app

PAGE = Path(__file__).resolve().parents[2] / "docs" / "commands.md"
WIDTH = 98  # of a line

_TOP = """# Commands

The help of every command (`vedich COMMAND --help`). `python -m service.cli.reference`
writes this page; a test fails if it differs from the program.

- `--plan` may be left out if there is only one plan.
- `--as-of 2021-06` means everything published up to the last day of June 2021,
  `--as-of 2021-06-15` up to that day; without it the newest vintage counts.
- Where files are stored and which language is the default: [settings](settings.md).
- A problem that you can act on is one line on standard error and exit code 2.
"""


def commands() -> dict[str, Any]:
    """Every runnable command by its full name, such as 'vedich plan import'."""
    return dict(_walk(typer.main.get_command(app), "vedich"))


def _walk(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    below = getattr(command, "commands", {})
    if not below or command.invoke_without_command:
        yield name, command
    for word, one in below.items():
        yield from _walk(one, f"{name} {word}")


def reference() -> str:
    """The page."""
    return "\n".join([_TOP, *(_section(name, one) for name, one in commands().items())])


def _section(name: str, command: Any) -> str:
    context = command.make_context(name, ["--help"], resilient_parsing=True, terminal_width=WIDTH)
    text = "\n".join(line.rstrip() for line in command.get_help(context).strip().splitlines())
    return f"## {name}\n\n```text\n{text}\n```\n"


def main() -> None:
    """Write the page."""
    PAGE.write_text(reference(), encoding="utf-8")


if __name__ == "__main__":
    main()
