"""$filter and $orderby: expressions over a row, read by recursive descent.

Supported: eq ne gt ge lt le, in, and, or, not, parentheses; contains, startswith,
endswith, tolower, toupper, trim, length, year, month, day; literals of text, numbers,
dates, true, false and null. Null compares as OData says: equal to null only, neither
less nor greater than any value.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from models.errors import InvalidQuery, UnsupportedQuery
from service.odata.model import NAMES, Row

Expression = Callable[[Row], Any]

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<date>\d{4}-\d{2}-\d{2}(?![\dT]))"
    r"|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<word>[A-Za-z_][\w.]*)|(?P<sign>[(),]))"
)
_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
}
_OF_TEXT: Mapping[str, Callable[..., Any]] = {
    "contains": lambda text, part: part in text,
    "startswith": lambda text, part: text.startswith(part),
    "endswith": lambda text, part: text.endswith(part),
    "tolower": lambda text: text.lower(),
    "toupper": lambda text: text.upper(),
    "trim": lambda text: text.strip(),
    "length": lambda text: len(text),
}
_OF_DATE: Mapping[str, Callable[[date], int]] = {
    "year": lambda day: day.year,
    "month": lambda day: day.month,
    "day": lambda day: day.day,
}
_TWO = ("contains", "startswith", "endswith")
_ARITHMETIC = ("add", "sub", "mul", "div", "mod", "has")
_DEEPEST = 50


def read_filter(text: str) -> Callable[[Row], bool]:
    """A predicate on rows from a $filter expression.

    Raises
    ------
    InvalidQuery
        If the text is not an expression, names an unknown property or compares two types.
    UnsupportedQuery
        If the feed does not support a function or an operator.
    """
    parser = _Parser(text)
    expression = parser.disjunction()
    parser.end()
    if expression.type not in ("bool", "null"):
        raise InvalidQuery(f"$filter: expected a comparison, found '{text}'. Example: Kpi eq 'x'")
    return lambda row: expression.of(row) is True


def read_order(text: str) -> list[tuple[str, bool]]:
    """Properties of $orderby in order, and whether each is descending."""
    found = []
    for part in text.split(","):
        words = part.split()
        if (
            not 1 <= len(words) <= 2
            or words[0] not in NAMES
            or words[1:]
            not in (
                [],
                ["asc"],
                ["desc"],
            )
        ):
            raise InvalidQuery(
                f"$orderby: expected a property and asc or desc, found '{part.strip()}'."
            )
        found.append((words[0], words[1:] == ["desc"]))
    return found


@dataclass(frozen=True)
class _Typed:
    """An expression and the type of its value: 'text', 'number', 'date', 'bool' or 'null'."""

    of: Expression
    type: str


_TYPES = {"Edm.String": "text", "Edm.Double": "number", "Edm.Int32": "number", "Edm.Date": "date"}


class _Parser:
    """A recursive-descent parser of one text."""

    def __init__(self, text: str) -> None:
        self._text, self._place, self._depth = text, 0, 0

    def disjunction(self) -> _Typed:
        self._enter()
        sides = [self._conjunction()]
        while self._accept("or"):
            sides.append(self._conjunction())
        self._depth -= 1
        return _joined(sides, any)

    def _conjunction(self) -> _Typed:
        sides = [self._negation()]
        while self._accept("and"):
            sides.append(self._negation())
        return _joined(sides, all)

    def _negation(self) -> _Typed:
        times = 0
        while self._accept("not"):
            times += 1
        inner = self._comparand()
        if not times:
            return inner
        _require_type(inner, "bool", "not")
        odd = times % 2 == 1
        return _Typed(lambda row: (inner.of(row) is True) is not odd, "bool")

    def _enter(self) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise InvalidQuery(f"$filter: more than {_DEEPEST} parentheses within each other.")

    def _comparand(self) -> _Typed:
        left = self._operand()
        kind, word = self._peek()
        if kind != "word":
            return left
        if word in ("eq", "ne", *_ORDER):
            self._next()
            return _comparison(word, left, self._operand())
        if word == "in":
            self._next()
            return self._membership(left)
        if word in _ARITHMETIC:
            raise UnsupportedQuery(f"$filter: the operator '{word}' is not supported.")
        return left

    def _membership(self, left: _Typed) -> _Typed:
        self._expect("(")
        options = [_comparison("eq", left, self._operand())]
        while self._accept(","):
            options.append(_comparison("eq", left, self._operand()))
        self._expect(")")
        return _Typed(lambda row: any(option.of(row) for option in options), "bool")

    def _operand(self) -> _Typed:
        kind, token = self._next()
        if token == "(":
            inner = self.disjunction()
            self._expect(")")
            return inner
        if kind == "text":
            return _literal(token[1:-1].replace("''", "'"), "text")
        if kind == "number":
            return _literal(float(token), "number")
        if kind == "date":
            try:
                return _literal(date.fromisoformat(token), "date")
            except ValueError:
                raise InvalidQuery(f"$filter: expected a date, found '{token}'.") from None
        if token in ("true", "false"):
            return _literal(token == "true", "bool")
        if token == "null":
            return _literal(None, "null")
        if kind == "word":
            return self._name(token)
        raise InvalidQuery(
            f"$filter: expected a property or a value, found '{token or 'the end'}'"
        )

    def _name(self, name: str) -> _Typed:
        if self._peek()[1] == "(":
            return self._function(name)
        if name not in NAMES:
            raise InvalidQuery(f"$filter: there is no property '{name}'; $metadata lists them.")
        return _Typed(operator.itemgetter(name), _TYPES[NAMES[name].type])

    def _function(self, name: str) -> _Typed:
        if name not in _OF_TEXT and name not in _OF_DATE:
            raise UnsupportedQuery(f"$filter: the function '{name}' is not supported.")
        self._expect("(")
        self._enter()
        given = [self._operand()]
        while self._accept(","):
            given.append(self._operand())
        self._depth -= 1
        self._expect(")")
        takes = 2 if name in _TWO else 1
        if len(given) != takes:
            raise InvalidQuery(
                f"$filter: expected {takes} arguments of '{name}', found {len(given)}."
            )
        for one in given:
            _require_type(one, "text" if name in _OF_TEXT else "date", name)
        work: Callable[..., Any] = _OF_TEXT.get(name) or _OF_DATE[name]

        def apply(row: Row) -> Any:
            values = [one.of(row) for one in given]
            return None if None in values else work(*values)

        number = name == "length" or name in _OF_DATE
        return _Typed(apply, "bool" if name in _TWO else "number" if number else "text")

    def end(self) -> None:
        if self._peek()[1]:
            raise InvalidQuery(f"$filter: expected the end, found '{self._text[self._place :]}'.")

    def _peek(self) -> tuple[str, str]:
        found = _TOKEN.match(self._text, self._place)
        if found is None or found.lastgroup is None:
            rest = self._text[self._place :].strip()
            if rest:
                raise InvalidQuery(f"$filter: cannot read '{rest}'.")
            return "", ""
        return found.lastgroup, found[found.lastgroup]

    def _next(self) -> tuple[str, str]:
        kind, token = self._peek()
        found = _TOKEN.match(self._text, self._place)
        self._place = found.end() if found else self._place
        return kind, token

    def _accept(self, token: str) -> bool:
        kind, found = self._peek()
        if kind in ("word", "sign") and found == token:
            self._next()
            return True
        return False

    def _expect(self, token: str) -> None:
        if not self._accept(token):
            raise InvalidQuery(
                f"$filter: expected '{token}', found '{self._text[self._place :].strip()}'."
            )


def _literal(value: Any, type_: str) -> _Typed:
    return _Typed(lambda _row: value, type_)


def _require_type(one: _Typed, type_: str, who: str) -> None:
    if one.type not in (type_, "null"):
        raise InvalidQuery(f"$filter: '{who}' needs a {type_}, found a {one.type}.")


def _joined(sides: Sequence[_Typed], how: Callable[[Any], bool]) -> _Typed:
    if len(sides) == 1:
        return sides[0]
    for side in sides:
        _require_type(side, "bool", "or" if how is any else "and")
    return _Typed(lambda row: how(side.of(row) is True for side in sides), "bool")


def _comparison(word: str, left: _Typed, right: _Typed) -> _Typed:
    if "null" not in (left.type, right.type) and left.type != right.type:
        raise InvalidQuery(
            f"$filter: '{word}' compares a {left.type} with a {right.type}; texts stand in "
            "quotes, numbers and dates without."
        )
    if word in ("eq", "ne"):
        return _Typed(
            lambda row: (left.of(row) == right.of(row)) is (word == "eq"),
            "bool",
        )
    compare = _ORDER[word]

    def ordered(row: Row) -> bool:
        one, other = left.of(row), right.of(row)
        return one is not None and other is not None and compare(one, other)

    return _Typed(ordered, "bool")
