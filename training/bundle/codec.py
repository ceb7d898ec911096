"""Frozen dataclasses to JSON and arrays, and back: the format of a bundle.

No pickle: a file from elsewhere must not be able to run code. Plain
values go to JSON, arrays to a mapping that `bundle.py` stores as `.npz`; the
JSON then holds `{"$array": name}`. Numbers that JSON lacks (NaN, the
infinities) become `{"$float": "nan"}`. Types are taken from the annotations of
the dataclass that is read, so a file never chooses the class to build.
"""

from __future__ import annotations

import hashlib
import math
import types
import typing
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date
from functools import cache
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.errors import UnreadableBundle
from models.series import Month

T = TypeVar("T")
Arrays = dict[str, NDArray[Any]]


def encode(value: Any, arrays: Arrays, name: str) -> Any:
    """The JSON form of `value`; its arrays are added to `arrays` under their content's name.

    Parameters
    ----------
    name : path of the value, for messages

    Raises
    ------
    TypeError
        For a value that is neither plain, an array, a mapping, a sequence nor a dataclass.
    """
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, np.ndarray):
        if value.dtype.kind not in "biufU":
            raise TypeError(f"{name}: an array of {value.dtype} cannot be stored")
        content = content_name(value)
        arrays[content] = value
        return {"$array": content}
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        number = float(value)
        return number if math.isfinite(number) else {"$float": str(number)}
    if isinstance(value, Month | date):
        return str(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {
            part.name: encode(getattr(value, part.name), arrays, f"{name}.{part.name}")
            for part in fields(value)
        }
    if isinstance(value, Mapping):
        pairs = {
            _key(key): encode(item, arrays, f"{name}.{_key(key)}") for key, item in value.items()
        }
        if len(pairs) != len(value):
            raise TypeError(f"{name}: keys that differ only in type cannot be stored")
        return pairs
    if isinstance(value, Sequence):
        return [encode(item, arrays, f"{name}.{place}") for place, item in enumerate(value)]
    raise TypeError(f"{name}: a {type(value).__name__} cannot be stored")


def content_name(array: NDArray[Any]) -> str:
    """A hash of an array's type, shape and numbers: equal arrays are stored once."""
    little = np.ascontiguousarray(array).astype(array.dtype.newbyteorder("<"), copy=False)
    digest = hashlib.sha256(f"{little.dtype.str}{little.shape}".encode())
    digest.update(little.tobytes())
    return digest.hexdigest()[:32]


def decode(stored: Any, wanted: type[T], arrays: Mapping[str, NDArray[Any]], name: str) -> T:
    """The value of type `wanted` from its JSON form; the inverse of `encode`.

    Raises
    ------
    UnreadableBundle
        If a field without a default is missing, or one is unknown or of another type.
    """
    return typing.cast(T, _decode(stored, wanted, arrays, name))


def _decode(stored: Any, wanted: Any, arrays: Mapping[str, NDArray[Any]], name: str) -> Any:
    origin, arguments = typing.get_origin(wanted), typing.get_args(wanted)
    if origin in (typing.Union, types.UnionType):
        if stored is None and type(None) in arguments:
            return None
        inner = [argument for argument in arguments if argument is not type(None)]
        return _decode(stored, inner[0] if len(inner) == 1 else Any, arrays, name)
    if isinstance(stored, dict) and "$array" in stored:
        try:
            array = arrays[stored["$array"]]
        except KeyError:
            raise UnreadableBundle(
                "{name}: expected the array '{stored}'.", name=name, stored=stored["$array"]
            ) from None
        return array
    if isinstance(stored, dict) and "$float" in stored:
        return float(stored["$float"])
    if isinstance(wanted, type) and is_dataclass(wanted):
        return _dataclass(stored, wanted, arrays, name)
    if origin is not None and isinstance(origin, type) and issubclass(origin, Mapping):
        key_type, item_type = arguments
        return {
            _unkey(key, key_type): _decode(item, item_type, arrays, f"{name}.{key}")
            for key, item in _expect(stored, dict, name).items()
        }
    if origin is tuple:
        items = _expect(stored, list, name)
        inner = [arguments[0]] * len(items) if arguments[-1] is Ellipsis else list(arguments)
        if len(inner) != len(items):
            raise UnreadableBundle(
                "{name}: expected {inner} items, found {items}.",
                name=name,
                inner=len(inner),
                items=len(items),
            )
        return tuple(
            _decode(item, kind, arrays, f"{name}.{place}")
            for place, (item, kind) in enumerate(zip(items, inner, strict=True))
        )
    if wanted is Month:
        return Month.parse(_expect(stored, str, name))
    if wanted is date:
        return date.fromisoformat(_expect(stored, str, name))
    if wanted is float:
        return float(_expect(stored, (int, float), name))
    if wanted in (int, str, bool):
        return _expect(stored, wanted, name)
    return _plain(stored, arrays, name)


def _dataclass(stored: Any, wanted: Any, arrays: Mapping[str, NDArray[Any]], name: str) -> Any:
    _expect(stored, dict, name)
    hints = _hints(wanted)
    known = {part.name for part in fields(wanted)}
    needed = {part.name for part in fields(wanted) if _has_no_default(part)}
    if not needed <= set(stored) <= known:
        odd = ", ".join(sorted((needed - set(stored)) | (set(stored) - known)))
        raise UnreadableBundle(
            "{name}: expected the fields of {shape}, differing: {odd}.",
            name=name,
            shape=wanted.__name__,
            odd=odd,
        )
    return wanted(
        **{part: _decode(stored[part], hints[part], arrays, f"{name}.{part}") for part in stored}
    )


def _has_no_default(part: Field[Any]) -> bool:
    return part.default is MISSING and part.default_factory is MISSING


@cache
def _hints(kind: type[Any]) -> Mapping[str, Any]:
    """The types of a class's fields, in their order."""
    return typing.get_type_hints(kind)


def _plain(stored: Any, arrays: Mapping[str, NDArray[Any]], name: str) -> Any:
    """Untyped JSON (fields annotated `Any`, literals), arrays and special floats restored."""
    if isinstance(stored, dict):
        if "$array" in stored or "$float" in stored:
            return _decode(stored, Any, arrays, name)
        return {key: _plain(item, arrays, f"{name}.{key}") for key, item in stored.items()}
    if isinstance(stored, list):
        return [_plain(item, arrays, name) for item in stored]
    return stored


def _expect(stored: Any, kind: Any, name: str) -> Any:
    if not isinstance(stored, kind) or (isinstance(stored, bool) and kind is not bool):
        raise UnreadableBundle(
            "{name}: expected {kind}, found {shape}.",
            name=name,
            kind=_names(kind),
            shape=type(stored).__name__,
        )
    return stored


def _names(kind: Any) -> str:
    kinds = kind if isinstance(kind, tuple) else (kind,)
    return " or ".join(one.__name__ for one in kinds)


def _key(key: Any) -> str:
    if isinstance(key, Month | date):
        return str(key)
    if isinstance(key, tuple):
        return "/".join(_key(part) for part in key)
    if isinstance(key, str | int | np.integer):
        return str(key)
    raise TypeError(f"a key of type {type(key).__name__} cannot be stored")


def _unkey(key: str, kind: Any) -> Any:
    if kind is int:
        return int(key)
    if kind is Month:
        return Month.parse(key)
    if kind is date:
        return date.fromisoformat(key)
    if isinstance(kind, type) and issubclass(kind, tuple):
        hints = _hints(kind)
        parts = key.split("/")
        return kind(
            *(_unkey(part, hint) for part, hint in zip(parts, hints.values(), strict=True))
        )
    if typing.get_origin(kind) is tuple:
        return tuple(
            _unkey(part, hint)
            for part, hint in zip(key.split("/"), typing.get_args(kind), strict=True)
        )
    return key
