"""SDMX messages: SDMX-CSV, and SDMX-ML (generic and structure-specific), read by pysdmx.

SDMX-CSV is read here: pysdmx 1.21 passes it through pandas, which loses the last digit of
numbers and the zeros in front of codes.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from data.readers.sdmx.dataset import Seen
from data.readers.spreadsheet.intake import MAX_CELLS
from models.errors import MissingExtra, UnreadableFile

_ATTRIBUTES = frozenset(
    {
        *("OBS_STATUS", "FIGURE_STATUS", "UNIT_MEASURE", "UNIT_MULT", "PRICE_BASIS"),
        *("SOURCE", "CONF_STATUS", "DECIMALS"),
    }
)
_HEADINGS = frozenset(
    {"STRUCTURE", "STRUCTURE_ID", "ACTION", "DATAFLOW", "OBS_VALUE", "TIME_PERIOD"}
)


def is_sdmx_csv(content: bytes) -> bool:
    """Whether a text is SDMX-CSV, by the names in its first line."""
    head = content[:4096].decode("utf-8", "replace").partition("\n")[0]
    return {"TIME_PERIOD", "OBS_VALUE"} <= set(_names(re.split("[,;\t]", head)))


def read_sdmx_csv(content: bytes, file: str) -> tuple[tuple[Seen, ...], date | None]:
    """The observations of an SDMX-CSV message (1.0 or 2.0) of one data set.

    Headings may carry labels ('REF_AREA: Reference area'). The message has no day.

    Raises
    ------
    UnreadableFile
        If it is not UTF-8, has several data sets, deletes observations, or is too large.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _refusal(file, f"a text that is not UTF-8 ({error.reason})") from error
    head = text.partition("\n")[0]
    lines = csv.reader(io.StringIO(text), delimiter=max(",;\t", key=head.count))
    names = _names(next(lines))
    dimensions = [name for name in names if name not in _ATTRIBUTES | _HEADINGS]
    seen: list[Seen] = []
    sets = set()
    for number, line in enumerate(lines, start=2):
        if len(seen) >= MAX_CELLS:
            raise _refusal(file, f"more than {MAX_CELLS:,} observations")
        if line and len(line) != len(names):
            cells = f"row {number} with {len(line)} cells where the heading has {len(names)}"
            raise _refusal(file, cells)
        row = dict(zip(names, line, strict=False))
        sets.add(row.get("STRUCTURE_ID") or row.get("DATAFLOW"))
        if len(sets) > 1:
            raise _refusal(file, "several data sets")
        if row.get("ACTION", "I").upper() in ("D", "DELETE"):
            raise _refusal(file, f"row {number} that deletes an observation")
        if line:
            seen.append(_seen(row, dimensions, f"row {number}", file))
    return tuple(seen), None


def _names(headings: Sequence[str]) -> list[str]:
    """Headings without quotation marks and labels."""
    return [one.strip(' "\ufeff\r').partition(":")[0] for one in headings]


def read_message(content: bytes, file: str) -> tuple[tuple[Seen, ...], date | None]:
    """The observations of an SDMX-ML message of one data set, and the day it was prepared.

    Raises
    ------
    MissingExtra
        If pysdmx is not installed.
    UnreadableFile
        If the message is not valid SDMX, has no single data set, or is too large.
    """
    try:
        from pysdmx.io import read_sdmx
    except ImportError as error:
        raise MissingExtra(
            "reading SDMX needs the library pysdmx; install it with pip install 'vedich[sdmx]'."
        ) from error
    if b"<!DOCTYPE" in content[:10_000] or b"<!ENTITY" in content[:10_000]:
        raise _refusal(file, "an XML document with a DTD")
    try:
        message = read_sdmx(io.BytesIO(content))
        datasets: list[Any] = list(message.data or ())
    except Exception as error:
        raise _refusal(file, f"{type(error).__name__}: {error}") from error
    if len(datasets) != 1:
        raise _refusal(file, f"{len(datasets)} data sets")
    table = datasets[0].data
    if len(table) > MAX_CELLS:
        raise _refusal(file, f"{len(table):,} observations, more than {MAX_CELLS:,}")
    if not {"TIME_PERIOD", "OBS_VALUE"} <= set(table.columns):
        raise _refusal(file, "no TIME_PERIOD or no OBS_VALUE")
    dimensions = [name for name in table.columns if name not in _ATTRIBUTES | _HEADINGS]
    rows = table.astype(object).where(table.notna(), "").to_dict("records")
    seen = tuple(
        _seen(row, dimensions, f"observation {number}", file)
        for number, row in enumerate(rows, start=1)
    )
    return seen, _prepared(message)


def _seen(row: Mapping[Any, Any], dimensions: list[str], place: str, file: str) -> Seen:
    return Seen(
        {name: str(row.get(name, "")) for name in dimensions},
        str(row.get("TIME_PERIOD", "")),
        _value(str(row.get("OBS_VALUE", "")), place, file),
        place,
        {name: str(row[name]) for name in _ATTRIBUTES if name in row},
    )


def _value(text: str, place: str, file: str) -> float | None:
    if text.strip().casefold() in ("", "nan"):
        return None
    try:
        return float(text)
    except ValueError:
        raise UnreadableFile(
            file,
            expected="a number with a decimal point",
            found=f"'{text}'",
            cell=place,
            advice="SDMX numbers have a decimal point and no separator of thousands.",
        ) from None


def _prepared(message: Any) -> date | None:
    prepared = getattr(message.header, "prepared", None)
    return prepared.date() if prepared is not None else None


def _refusal(file: str, found: str) -> UnreadableFile:
    return UnreadableFile(
        file,
        expected="an SDMX message with one data set (SDMX-CSV, or SDMX-ML 2.1 generic or "
        "structure-specific)",
        found=found.splitlines()[0][:200] if found else "nothing",
        advice="Ask for the data set alone, as SDMX-CSV or SDMX-ML 2.1.",
    )
