"""JSON-stat 2.0 datasets (https://json-stat.org/full/)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import product
from typing import Any

from data.readers.sdmx.dataset import Seen
from data.readers.spreadsheet.intake import MAX_CELLS
from models.errors import UnreadableFile

_TIME_NAMES = frozenset({"time", "time_period", "period", "month", "thang", "tháng"})


def read_jsonstat(content: bytes, file: str) -> tuple[tuple[Seen, ...], date | None]:
    """The observations of a dataset, and the day it was updated.

    A bundle or collection is read if it holds one dataset.

    Raises
    ------
    UnreadableFile
        If the file is not a JSON-stat dataset, is too large, or contradicts itself.
    """
    try:
        document = json.loads(content.decode("utf-8-sig"))
        dataset = _dataset(document, file)
        ids, sizes = _shape(dataset)
        time = _time(dataset, ids)
        categories = [
            _categories(dataset["dimension"][name], size)
            for name, size in zip(ids, sizes, strict=True)
        ]
        seen = tuple(_seen(dataset, ids, categories, time))
    except ValueError as error:  # also of json
        raise _refusal(file, str(error)) from error
    except (KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        found = f"a part that is missing or of another kind ({type(error).__name__}: {error})"
        raise _refusal(file, found) from error
    return seen, _updated(dataset)


def _dataset(document: Any, file: str) -> Mapping[str, Any]:
    if document.get("class") == "dataset":
        return dict(document)
    items = document.get("link", {}).get("item", []) if document.get("class") else []
    inner = [one for one in items if one.get("class") == "dataset" and "value" in one]
    if "dataset" in document:
        inner.append(_version_1(document["dataset"]))
    if len(inner) != 1:
        raise _refusal(file, f"{len(inner)} datasets")
    return dict(inner[0])


def _version_1(dataset: Mapping[str, Any]) -> dict[str, Any]:
    """A dataset of JSON-stat 1, where id, size and role stand among the dimensions."""
    dimension = dataset["dimension"]
    role = dimension.get("role", {})
    return {**dataset, "id": dimension["id"], "size": dimension["size"], "role": role}


def _shape(dataset: Mapping[str, Any]) -> tuple[list[str], list[int]]:
    ids, sizes = [str(one) for one in dataset["id"]], [int(one) for one in dataset["size"]]
    cells = 1
    for size in sizes:
        cells *= size
    if len(ids) != len(sizes) or min(sizes, default=0) < 1:
        raise ValueError("'id' and 'size' do not agree")
    if cells > MAX_CELLS:
        raise ValueError(f"{cells:,} cells, more than {MAX_CELLS:,}")
    return ids, sizes


def _time(dataset: Mapping[str, Any], ids: Sequence[str]) -> str:
    role = dataset.get("role", {}).get("time", [])
    named = [one for one in ids if one.casefold() in _TIME_NAMES]
    for found in (role, named):
        if len(found) == 1:
            return str(found[0])
    raise ValueError("one dimension with the role 'time' is needed")


def _categories(dimension: Mapping[str, Any], size: int) -> list[tuple[str, str]]:
    """(code, label) of a dimension's categories, in order."""
    category = dimension["category"]
    labels = category.get("label", {})
    index = category.get("index", list(labels))
    codes = sorted(index, key=index.__getitem__) if isinstance(index, dict) else list(index)
    if len(codes) != size:
        raise ValueError(f"{len(codes)} categories where 'size' says {size}")
    return [(str(code), str(labels.get(code, code))) for code in codes]


def _seen(
    dataset: Mapping[str, Any],
    ids: Sequence[str],
    categories: Sequence[list[tuple[str, str]]],
    time: str,
) -> Iterator[Seen]:
    values, statuses = dataset["value"], dataset.get("status", {})
    units = _units(dataset, ids)
    for place, combination in enumerate(product(*categories)):
        value = _at(values, place)
        if value is None:
            continue
        key = {
            name: code if name in _CODED else label
            for name, (code, label) in zip(ids, combination, strict=True)
            if name != time
        }
        period = dict(zip(ids, combination, strict=True))[time][0]
        status = str((statuses if isinstance(statuses, str) else _at(statuses, place)) or "")
        own = "KPI" in key
        attributes = {"FIGURE_STATUS" if own else "OBS_STATUS": status}
        for name, (code, _) in zip(ids, combination, strict=True):
            if (name, code) in units:
                attributes["UNIT_MEASURE"] = units[name, code]
        yield Seen(key, period, float(value), f"value {place + 1}", attributes)


_CODED = frozenset({"KPI", "FORM", "VINTAGE"})  # named by code in messages of this program


def _units(dataset: Mapping[str, Any], ids: Sequence[str]) -> dict[tuple[str, str], str]:
    found = {}
    for name in ids:
        for code, unit in dataset["dimension"][name]["category"].get("unit", {}).items():
            if unit.get("base"):
                found[name, str(code)] = str(unit["base"])
    return found


def _at(values: Any, place: int) -> Any:
    """The value at a place, of a list or of a mapping by place; None if there is none."""
    if isinstance(values, Mapping):
        return values.get(str(place))
    return values[place] if place < len(values) else None


def _updated(dataset: Mapping[str, Any]) -> date | None:
    try:
        return date.fromisoformat(str(dataset.get("updated", ""))[:10])
    except ValueError:
        return None


def _refusal(file: str, found: str) -> UnreadableFile:
    return UnreadableFile(
        file,
        expected="one dataset of JSON-stat 2.0, with a dimension for the time",
        found=found,
        advice="Ask for the table as JSON-stat 2.0, or as CSV.",
    )
