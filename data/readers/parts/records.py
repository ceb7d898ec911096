"""The size of an old Excel workbook (.xls), checked before it is opened.

An .xls file is a compound file of 512-byte sectors [MS-CFB] whose stream
`Workbook` is a chain of records [MS-XLS]. Readers allocate memory for every cell
up to the last, so a file of a few kilobytes can require a gigabyte; here records
are only counted.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_END = 0xFFFFFFFA  # sector numbers from here on are special values
_STREAMS = ("Workbook", "Book")
_BEGIN, _LOCKED, _SEVERAL = 0x0809, 0x002F, 0x00BD
_CELLS = frozenset({0x0006, 0x00FD, 0x0203, 0x0204, 0x0205, 0x027E, 0x00D6, _SEVERAL})


class Damaged(ValueError):
    """The file is truncated, or refers to a part that does not exist."""


@dataclass(frozen=True)
class OldWorkbook:
    """The size of a workbook.

    Attributes
    ----------
    cells : number of cells with content, in all sheets
    area : rows × columns up to the last cell, of the largest sheet
    rows, columns : of that sheet
    locked : with a password
    """

    cells: int
    area: int
    rows: int
    columns: int
    locked: bool


def streams(content: bytes) -> dict[str, tuple[int, int]]:
    """Streams of a compound file: name → first sector and size; raise `Damaged`."""
    found = {}
    first = _long(content, 48)
    for sector in _chain(content, first, _table(content)):
        data = _sector(content, sector)
        for start in range(0, len(data) - 127, 128):
            length = int.from_bytes(data[start + 64 : start + 66], "little")
            name = data[start : start + max(length - 2, 0)].decode("utf-16-le", "replace")
            if name:
                found[name] = (_long(data, start + 116), _long(data, start + 120))
    return found


def inspect_workbook(content: bytes) -> OldWorkbook:
    """Count the cells of a workbook.

    Raises
    ------
    Damaged
        If the file is truncated, or contains no workbook.
    """
    return _count(book_of(content))


def book_of(content: bytes) -> bytes:
    """The records of the workbook in a compound file; raise `Damaged`."""
    known = streams(content)
    name = next((name for name in _STREAMS if name in known), None)
    if name is None:
        raise Damaged("no workbook in it")
    start, size = known[name]
    chain = _chain(content, start, _table(content))
    book = b"".join(_sector(content, sector) for sector in chain)
    if len(book) < size:
        raise Damaged(f"{len(book)} of {size} bytes")
    return book[:size]


def _count(book: bytes) -> OldWorkbook:
    cells = rows = columns = 0
    largest, locked = (0, 0, 0), False
    for kind, start, length in records(book):
        if kind == _BEGIN:
            largest = max(largest, (rows * columns, rows, columns))
            rows = columns = 0
        elif kind == _LOCKED:
            locked = True
        elif kind in _CELLS and length >= 4:
            row, column = struct.unpack_from("<HH", book, start)
            last = start + length - 2
            if kind == _SEVERAL:
                column = struct.unpack_from("<H", book, last)[0]
            cells += 1
            rows, columns = max(rows, row + 1), max(columns, column + 1)
    area, rows, columns = max(largest, (rows * columns, rows, columns))
    return OldWorkbook(cells, area, rows, columns, locked)


def records(book: bytes) -> Iterator[tuple[int, int, int]]:
    """Kind, place of its data and length of each record."""
    place = 0
    while place + 4 <= len(book):
        kind, length = struct.unpack_from("<HH", book, place)
        if kind == 0 and length == 0:
            return
        yield kind, place + 4, length
        place += 4 + length


def _table(content: bytes) -> list[int]:
    """The next sector after each sector."""
    places = list(struct.unpack_from("<109I", content.ljust(512, b"\xff"), 76))
    more, left = _long(content, 68), min(_long(content, 72), len(content) // 512)
    while more < _END and left:
        data = _sector(content, more)
        places += struct.unpack(f"<{len(data) // 4}I", data)
        more, left = places.pop(), left - 1
    following: list[int] = []
    for place in places[: _long(content, 44)] if _long(content, 44) <= len(places) else places:
        if place < _END:
            data = _sector(content, place)
            following += struct.unpack(f"<{len(data) // 4}I", data)
    return following


def _chain(content: bytes, first: int, following: list[int]) -> Iterator[int]:
    """The sectors of a stream, in order."""
    seen = 0
    while first < _END:
        if first >= len(following) or seen > len(following):
            raise Damaged(f"sector {first} does not exist")
        yield first
        first, seen = following[first], seen + 1


def _sector(content: bytes, number: int) -> bytes:
    size = 1 << min(int.from_bytes(content[30:32], "little"), 16)
    start = (number + 1) * size
    data = content[start : start + size]
    if len(data) < size:
        raise Damaged(f"{len(data)} of {size} bytes at byte {start}")
    return data


def _long(content: bytes, place: int) -> int:
    return int.from_bytes(content[place : place + 4], "little")
