"""Options that several commands have."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


class Language(StrEnum):
    """Of what people read."""

    vi = "vi"
    en = "en"


class TextFormat(StrEnum):
    """How a comparison is printed."""

    text = "text"
    json = "json"


PlanOption = Annotated[
    str | None, typer.Option("--plan", help="Plan slug; default: the only one there is.")
]
AsOfOption = Annotated[
    str | None,
    typer.Option("--as-of", help="YYYY-MM[-DD]: what was published up to then; default newest."),
]
WorkersOption = Annotated[int | None, typer.Option(min=1, help="Processes; default one per core.")]
LangOption = Annotated[
    Language | None, typer.Option("--lang", help="vi or en; default: VEDICH_LANG.")
]
