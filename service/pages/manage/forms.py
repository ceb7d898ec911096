"""What the pages of this room share: a form shown again with what is wrong, day and numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import Form, Response
from fastapi.responses import RedirectResponse

from data.accounts.passwords import WeakPassword
from data.readers.spreadsheet.months import read_day
from models.errors import InvalidMonth, InvalidNumber, UnreadableFile, VedichError
from service.pages.page import Page, page
from service.pages.site import Site
from service.texts import TEXT, Lang
from service.typed_numbers import read_number
from service.web.problems import status_of
from service.wording import worded

Text = Annotated[str, Form(max_length=2000)]
Ticked = Annotated[bool, Form()]
Column = Annotated[list[str], Form(max_length=2000)]  # one field of every row of a table


def problems_of(error: VedichError, lang: Lang) -> tuple[str, ...]:
    """What is wrong in the reader's language; of a file each problem with its place."""
    if isinstance(error, WeakPassword):
        return (TEXT[lang][f"weak.{error.why}"],)
    if not isinstance(error, UnreadableFile) or not error.others:
        return (worded(error, lang),)
    first = UnreadableFile(
        error.file,
        expected=error.expected,
        found=error.found,
        sheet=error.sheet,
        cell=error.cell,
        path=error.path,
    )
    return tuple(worded(one, lang) for one in (first, *error.others))


def refusal_status(error: VedichError) -> int:
    """The status with which a form is shown again."""
    return status_of(type(error)) or 500


def shown(template: str, site: Site, content: object, status: int = 200) -> Page:
    """A page of this room."""
    return Page(page(f"manage/{template}", site, content), status)


def seen(address: str) -> Response:
    """On to another page, once something was saved."""
    return RedirectResponse(address, 303)


def typed_day(text: str, lang: Lang) -> date:
    """A day from a date field, or as people write it; raise `InvalidMonth`."""
    try:
        return read_day(text.strip())
    except InvalidMonth:
        raise InvalidMonth(
            "expected a day such as {example}, found '{text}'.",
            example="29/6/2021" if lang == "vi" else "2021-06-29",
            text=text,
        ) from None


@dataclass(frozen=True)
class TypedNumber:
    """A number as typed in a table: what it was read as, or why it cannot be read."""

    text: str
    value: float | None = None
    problem: str = ""

    @classmethod
    def of(cls, text: str, lang: Lang, unit: str = "", decimals: int = 0) -> TypedNumber:
        if not text.strip():
            return cls("")
        try:
            return cls(text, read_number(text, lang, unit, decimals))
        except InvalidNumber as error:
            return cls(text, problem=worded(error, lang))


def at(column: list[str], place: int) -> str:
    """A row's text in a column, '' if the form had none."""
    return column[place].strip() if place < len(column) else ""
