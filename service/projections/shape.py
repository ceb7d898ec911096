"""The frozen base of all shapes of the API, and field types that keep their written form."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    SerializerFunctionWrapHandler,
    StrictFloat,
    StrictInt,
    WithJsonSchema,
    WrapSerializer,
)

from models.errors import InvalidMonth
from models.series import Month

Known = TypeVar("Known")
Made = TypeVar("Made")

EARLIEST, LATEST = date(1900, 1, 1), date(2100, 12, 31)  # that anybody may enter
DIGITS = 10  # significant digits of every published number


def significant(value: Any) -> Any:
    """Round a float to `DIGITS` significant digits, None if not finite; keep other values.

    Further digits depend on the processor; published numbers must not.
    """
    if not isinstance(value, float):
        return value
    if not math.isfinite(value):
        return None
    return float(f"{value:.{DIGITS}g}") + 0.0  # no negative zero


def _month(value: Any) -> Month:
    if isinstance(value, Month):
        return value
    if isinstance(value, str):
        with suppress(InvalidMonth):
            return Month.parse(value)
    raise ValueError(f"expected a month as YYYY-MM, found {value!r}")


def _day(value: Any) -> date:
    """A day as text: a bare number would be read as seconds since 1970."""
    if type(value) is date:
        return value
    if isinstance(value, str):
        with suppress(ValueError):
            day = date.fromisoformat(value)
            if len(value) == 10 and EARLIEST <= day <= LATEST:
                return day
    raise ValueError(f"expected a day from {EARLIEST} to {LATEST} as YYYY-MM-DD, found {value!r}")


def if_known(value: Known | None, make: Callable[[Known], Made]) -> Made | None:
    """`make(value)`, or None if the value is None."""
    return None if value is None else make(value)


class Shape(BaseModel):
    """Base of all shapes: frozen, and no unknown fields.

    A field whose JSON key is not a Python name ('from') has an alias.
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
    )


def as_json(shape: Shape) -> dict[str, Any]:
    """A shape as plain JSON values, keys in the order of its fields."""
    return shape.model_dump(mode="json", by_alias=True)


def _plain(value: Any) -> Any:
    if isinstance(value, Shape):
        return as_json(value)
    raise TypeError(f"expected a shape or plain JSON, found {type(value).__name__}")


def encode(content: Any) -> bytes:
    """JSON as sent over HTTP; `content` is a shape or contains shapes."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), default=_plain)
    return text.encode()


def indented(content: Any) -> str:
    """JSON as the command line writes it."""
    return json.dumps(content, ensure_ascii=False, indent=1, default=_plain)


# A whole number stays whole (8 is not 8.0); any other is rounded when a shape is built.
Number = Annotated[
    StrictInt | StrictFloat,
    BeforeValidator(significant),
    WithJsonSchema({"type": "number"}),
]
OptionalNumber = Annotated[
    StrictInt | StrictFloat | None,
    BeforeValidator(significant),
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "null"}]}),
]
MonthText = Annotated[
    Month,
    PlainValidator(_month),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "examples": ["2021-06"]}),
]
# What a person enters; answers have plain dates.
Day = Annotated[date, PlainValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]
# For differences of rounded figures: a whole number stays whole, nothing is rounded.
Exact = Annotated[StrictInt | StrictFloat, WithJsonSchema({"type": "number"})]
OptionalExact = Annotated[
    StrictInt | StrictFloat | None,
    WithJsonSchema({"anyOf": [{"type": "number"}, {"type": "null"}]}),
]
Moment = Annotated[datetime, PlainSerializer(datetime.isoformat, return_type=str)]
Second = Annotated[
    datetime, PlainSerializer(lambda at: at.isoformat(timespec="seconds"), return_type=str)
]


class _Bilingual(Shape):
    """A text in both languages, read as `name[lang]`."""

    def __getitem__(self, lang: Literal["vi", "en"]) -> str:
        text: str = getattr(self, lang)
        return text


class Name(_Bilingual):
    """A text in both languages."""

    vi: str
    en: str


def in_both(write: Callable[[Literal["vi", "en"]], str]) -> Name:
    """A text written once per language."""
    return Name(vi=write("vi"), en=write("en"))


class Sentence(_Bilingual):
    """A remark about a number, or why there is none."""

    code: str
    vi: str
    en: str


class Quantiles(Shape):
    """Quantiles of a year or a month, in the KPI's unit."""

    q025: Number = Field(alias="0.025")
    q10: Number = Field(alias="0.1")
    q50: Number = Field(alias="0.5")
    q90: Number = Field(alias="0.9")
    q975: Number = Field(alias="0.975")


def _band(value: Any) -> Any:
    return value or None  # an empty mapping means no quantiles


def _band_json(value: Quantiles | None, handler: SerializerFunctionWrapHandler) -> Any:
    return {} if value is None else handler(value)


# None is written as an empty mapping.
Band = Annotated[
    Quantiles | None,
    BeforeValidator(_band),
    WrapSerializer(_band_json),
    WithJsonSchema({"type": "object", "additionalProperties": {"type": "number"}}),
]
