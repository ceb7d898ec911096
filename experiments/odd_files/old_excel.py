"""Write workbooks as Excel 97 did (BIFF8 in an OLE compound file), to be read in tests.

Only what the tests need: sheets of texts and numbers, visible or hidden. Layouts
are those of Microsoft's published descriptions [MS-XLS] and [MS-CFB].
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_LEAST = 4096  # bytes below which a stream would go into the small-stream area


_ERRORS = {"#DIV/0!": 0x07, "#VALUE!": 0x0F, "#REF!": 0x17, "#N/A": 0x2A}


@dataclass(frozen=True)
class Shown:
    """A number in one of the formats of a workbook."""

    number: float
    style: int = 0


@dataclass(frozen=True)
class Error:
    """An error value."""

    text: str


def old_workbook(
    sheets: Mapping[str, Sequence[Sequence[object]]],
    hidden: Sequence[str] = (),
    latin: bool = False,
    formats: Sequence[str] = (),
) -> bytes:
    """The bytes of an .xls file.

    Parameters
    ----------
    sheets : name → rows of texts, numbers and None
    hidden : names of sheets that are not shown
    latin : texts are written as one byte a letter (as TCVN3 files have them)
    formats : number formats that a `Shown` of a sheet may name; texts such as #REF!
        given as `Error` become error values
    """
    styles = b"".join(
        _record(0x041E, struct.pack("<HHB", 164 + place, len(code), 0) + code.encode("latin-1"))
        for place, code in enumerate(formats)
    )
    styles += b"".join(
        _record(0x00E0, struct.pack("<HH16x", 0, 0 if place < 0 else 164 + place))
        for place in range(-1, len(formats))
    )
    bodies = [_sheet(rows, latin) for rows in sheets.values()]
    heads = [_bound(0, name, name in hidden, latin=False) for name in sheets]
    start = len(_begin(0x0005)) + len(styles) + sum(map(len, heads)) + len(_record(0x000A, b""))
    globals_ = _begin(0x0005) + styles
    for name, body in zip(sheets, bodies, strict=True):
        globals_ += _bound(start, name, name in hidden, latin=False)
        start += len(body)
    stream = globals_ + _record(0x000A, b"") + b"".join(bodies)
    return _compound(stream.ljust(_LEAST, b"\x00"))


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _begin(kind: int) -> bytes:
    return _record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 6))


def _bound(position: int, name: str, hidden: bool, *, latin: bool) -> bytes:
    text = struct.pack("<BB", len(name), 1) + name.encode("utf-16-le")
    return _record(0x0085, struct.pack("<IBB", position, int(hidden), 0) + text)


def _sheet(rows: Sequence[Sequence[object]], latin: bool) -> bytes:
    found = _begin(0x0010)
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            place = struct.pack("<HHH", number, column, 0)
            if isinstance(value, Shown):
                place = struct.pack("<HHH", number, column, 1 + value.style)
                found += _record(0x0203, place + struct.pack("<d", value.number))
            elif isinstance(value, Error):
                found += _record(0x0205, place + struct.pack("<BB", _ERRORS[value.text], 1))
            elif isinstance(value, int | float):
                found += _record(0x0203, place + struct.pack("<d", value))
            elif value is not None:
                text = str(value)
                coded = text.encode("latin-1") if latin else text.encode("utf-16-le")
                found += _record(
                    0x0204, place + struct.pack("<HB", len(text), int(not latin)) + coded
                )
    return found + _record(0x000A, b"")


def _compound(stream: bytes) -> bytes:
    """A compound file whose only stream is the workbook's."""
    size = -(-len(stream) // _SECTOR)
    tables = 1
    while tables * (_SECTOR // 4) < size + 1 + tables:
        tables += 1
    directory, first = size, size + 1
    chain = [*range(1, size), _END, _END, *[_FAT] * tables]
    chain += [_FREE] * (tables * (_SECTOR // 4) - len(chain))
    header = struct.pack(
        "<8s16sHHHHH6sIIIIIIIII",
        *(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6, b"", 0, tables),
        *(directory, 0, _LEAST, _END, 0, _END, 0),
    )
    places = [first + number for number in range(min(tables, 109))]
    header += struct.pack("<109I", *places, *[_FREE] * (109 - len(places)))
    entries = _entry("Root Entry", 5, 1, _END, 0) + _entry("Workbook", 2, _FREE, 0, len(stream))
    entries += 2 * _entry("", 0, _FREE, 0, 0)
    return (
        header
        + stream.ljust(size * _SECTOR, b"\x00")
        + entries
        + struct.pack(f"<{len(chain)}I", *chain)
    )


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    coded = name.encode("utf-16-le")
    length = len(coded) + 2 if name else 0
    return struct.pack(
        "<64sHBBIII16sIQQIQ",
        *(coded, length, kind, 1, _FREE, _FREE, child, b"", 0, 0, 0, start, size),
    )
