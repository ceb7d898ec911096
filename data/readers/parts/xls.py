"""The marks of an .xls workbook, from its records [MS-XLS].

`FORMAT` and `XF` give the number formats, `ROW` and `COLINFO` what is hidden, `BOOLERR`
and the result of a `FORMULA` the error values.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from data.readers.parts.display import BUILT_IN, PLAIN, Display, display_of, may_change
from data.readers.parts.marks import Marks, Place
from data.readers.parts.records import Damaged, book_of, records

_BEGIN, _SHEET, _FORMAT, _STYLE = 0x0809, 0x0085, 0x041E, 0x00E0
_ROW, _COLUMNS, _FORMULA, _ERROR = 0x0208, 0x007D, 0x0006, 0x0205
_NUMBER, _SHORT, _SHORTS = 0x0203, 0x027E, 0x00BD
_UNICODE = 0x0600  # version of the records since Excel 97
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}


@dataclass
class _Sheet:
    displays: dict[Place, Display] = field(default_factory=dict)
    uncomputed: dict[Place, str] = field(default_factory=dict)
    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)


def xls_marks(content: bytes) -> Sequence[Marks]:
    """The marks of each sheet, in their order; none if the records are damaged."""
    try:
        return _read(book_of(content))
    except (Damaged, struct.error, IndexError):
        return []  # calamine tells what is damaged


def _read(book: bytes) -> Sequence[Marks]:
    starts: list[int] = []
    formats: dict[int, str] = dict(BUILT_IN)
    styles: list[int] = []
    sheets: dict[int, _Sheet] = {}
    sheet: _Sheet | None = None
    unicode = True
    codes: dict[int, str] = {}
    for kind, start, length in records(book):
        data = book[start : start + length]
        if kind == _BEGIN:
            unicode = struct.unpack_from("<H", data)[0] >= _UNICODE
            begun = start - 4
            sheet = sheets.setdefault(begun, _Sheet()) if begun in starts else None
            if sheet is not None and not codes:
                codes = {
                    place: formats[number]
                    for place, number in enumerate(styles)
                    if number in formats and may_change(formats[number])
                }
        elif kind == _SHEET:
            starts.append(struct.unpack_from("<I", data)[0])
        elif kind == _FORMAT:
            formats[struct.unpack_from("<H", data)[0]] = _format_text(data[2:], unicode)
        elif kind == _STYLE:
            styles.append(struct.unpack_from("<H", data, 2)[0])
        elif sheet is not None:
            _mark(sheet, kind, data, codes)
    return [_frozen(sheets.get(begun, _Sheet())) for begun in starts]


def _frozen(sheet: _Sheet) -> Marks:
    rows, columns = frozenset(sheet.rows), frozenset(sheet.columns)
    return Marks(sheet.displays, sheet.uncomputed, rows, columns)


def _mark(sheet: _Sheet, kind: int, data: bytes, codes: Mapping[int, str]) -> None:
    """Note what a record of a sheet says."""
    if kind == _ROW:
        row, height, flags = *struct.unpack_from("<H4xH", data), data[12]
        if flags & 0x20 or height & 0x7FFF == 0:
            sheet.rows.add(row)
    elif kind == _COLUMNS:
        first, last, width, _, flags = struct.unpack_from("<5H", data)
        if flags & 1 or width == 0:
            sheet.columns.update(range(first, min(last, 255) + 1))
    elif kind == _ERROR:
        row, column, _, code, is_error = struct.unpack_from("<3HBB", data)
        if is_error:
            sheet.uncomputed[row, column] = _ERRORS.get(code, "#ERROR")
    elif kind == _FORMULA:
        row, column, style = struct.unpack_from("<3H", data)
        if data[12:14] == b"\xff\xff":  # not a number: a text, a truth value, an error, empty
            if data[6] == 2:
                sheet.uncomputed[row, column] = _ERRORS.get(data[8], "#ERROR")
        else:
            _show(sheet, (row, column), codes.get(style), struct.unpack_from("<d", data, 6)[0])
    elif kind == _NUMBER:
        row, column, style, value = struct.unpack_from("<3Hd", data)
        _show(sheet, (row, column), codes.get(style), value)
    elif kind == _SHORT:
        row, column, style, short = struct.unpack_from("<3Hi", data)
        _show(sheet, (row, column), codes.get(style), _long(short))
    elif kind == _SHORTS:
        row, first = struct.unpack_from("<2H", data)
        for place in range((len(data) - 6) // 6):
            style, short = struct.unpack_from("<Hi", data, 4 + 6 * place)
            _show(sheet, (row, first + place), codes.get(style), _long(short))


def _show(sheet: _Sheet, place: Place, code: str | None, value: float) -> None:
    if code is not None and (display := display_of(code, value)) != PLAIN:
        sheet.displays[place] = display


def _long(short: int) -> float:
    """A number stored in 30 bits, as an integer or as the upper part of a float."""
    if short & 2:
        value = float(short >> 2)
    else:
        value = struct.unpack("<d", bytes(4) + struct.pack("<i", short & ~3))[0]
    return value / 100 if short & 1 else value


def _format_text(data: bytes, unicode: bool) -> str:
    if not unicode:
        return data[1 : 1 + data[0]].decode("cp1258", "replace")
    length, wide, text = struct.unpack_from("<H", data)[0], data[2] & 1, data[3:]
    return text[: 2 * length].decode("utf-16-le") if wide else text[:length].decode("latin-1")
