"""The kind of a file, and whether it is safe to open: checked before any reader.

Only as much is unpacked as is needed to refuse a file: the sheets of a workbook are
scanned for the number of their cells. Macros are never run; no reader can run them.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from typing import Literal, NoReturn

from openpyxl.utils import column_index_from_string

from data.readers.parts.records import Damaged, inspect_workbook, streams
from models.errors import UnreadableFile

Kind = Literal["xlsx", "xls", "text", "sdmx", "json"]

MAX_FILE = 100_000_000  # bytes as they arrive
MAX_BYTES = 300_000_000  # unpacked: a small file may hide a huge one
MAX_RATIO = 200  # unpacked ÷ packed, of a part that is large once unpacked
LARGE = 20_000_000
MAX_CELLS = 400_000  # of a workbook or a CSV file, filled or formatted
MAX_AREA = 2_000_000  # rows × columns of a sheet up to its last filled cell

_CHUNK = 1 << 20
_HEAD_BYTES = 4096  # in which the kind of a text is recognised
_CELL = re.compile(rb"<(?:\w+:)?c(?:\s[^>]*)?>")
_BEYOND_Z = re.compile(rb'\sr="([A-Z]{2,3})\d')
_ROW = re.compile(rb'row [^>]*?\br="(\d{1,7})"')
_PLACE = re.compile(rb'\sr="([A-Z]{1,3})(\d{1,7})"')
_NOT_TABLES = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"{\\rtf", "a Word document (RTF)"),
    (b"Rar!", "an archive (RAR)"),
    (b"7z\xbc\xaf", "an archive (7z)"),
    (b"\x1f\x8b", "an archive (gzip)"),
    (b"SQLite format 3", "a database (SQLite)"),
    (b"MZ", "a program"),
    (b"\x7fELF", "a program"),
)
_PAGE = re.compile(
    rb"\s*(?:<(?:!doctype|!--|\?xml|[a-z]\w*(?::\w+)?(?:\s[^<>]*)?/?>)"
    rb"|(?:mime-version|content-type|from|x-document-type):[^\n]*\n)",
    re.IGNORECASE,
)
_STRICT = b"purl.oclc.org/ooxml/spreadsheetml"
_SDMX = re.compile(rb"<(?:\w+:)?(?:StructureSpecific|Generic)(?:TimeSeries)?Data[\s>]")
_LESS = "Delete the rows and columns below and beside the table, or split the file."
_SAVE_AGAIN = "Open it in Excel, save it again as .xlsx without a password, and load that."


def kind_of(content: bytes, file: str) -> Kind:
    """The kind of a file from its bytes, whatever its name.

    Raises
    ------
    UnreadableFile
        If the file is not a table, is damaged, is locked with a password, or is too
        large.
    """
    if not content.strip(b"\x00 \t\r\n\xef\xbb\xbf\xff\xfe"):
        _refuse(
            file, "a table", "an empty file", "Check that the file was saved, and load it again."
        )
    if len(content) > MAX_FILE:
        found = f"{len(content) // 1_000_000} MB"
        _refuse(file, f"at most {MAX_FILE // 1_000_000} MB", found, "Save the table alone.")
    for start, what in _NOT_TABLES:
        if content.startswith(start):
            _refuse(file, "a workbook or a CSV file", what, "Load the table as .xlsx or .csv.")
    if content.startswith(b"PK"):
        _check_zip(content, file)
        return "xlsx"
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        _check_old_office(content, file)
        return "xls"
    if _SDMX.search(content[:_HEAD_BYTES]):
        return "sdmx"
    if content[:_HEAD_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        return "json"
    if _PAGE.match(_beginning(content)):
        found = "a web page or an XML document"
        _refuse(file, "a workbook or a CSV file", found, _SAVE_AGAIN)
    return "text"


def _beginning(content: bytes) -> bytes:
    """The first characters of a text, without the marks and zero bytes of UTF-16 and UTF-8."""
    start = content[:2000].removeprefix(b"\xef\xbb\xbf")
    if start[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in start[:200]:
        start = start.removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff").replace(b"\x00", b"")
    return start


def has_macros(content: bytes) -> bool:
    """Whether a workbook has macros, which no reader runs."""
    if not content.startswith(b"PK"):
        return "_VBA_PROJECT".encode("utf-16-le") in content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return any(name.lower().endswith("vbaproject.bin") for name in archive.namelist())


def _check_old_office(content: bytes, file: str) -> None:
    """Refuse an old Office file that is not a complete workbook, or is too large."""
    try:
        names = streams(content)
        if "EncryptedPackage" in names:
            _refuse(file, "a workbook without a password", "one that is locked", _SAVE_AGAIN)
        if "WordDocument" in names:
            found = "an old Word document"
            _refuse(file, "a workbook or a CSV file", found, "Load the table as .xlsx or .csv.")
        book = inspect_workbook(content)
    except Damaged as error:
        found = f"{len(content)} bytes of an old one that is damaged or truncated ({error})"
        _refuse(file, "an Excel workbook (.xls or .xlsx) that is whole", found, _SAVE_AGAIN)
    if book.locked:
        _refuse(file, "a workbook without a password", "one that is locked", _SAVE_AGAIN)
    if book.cells > MAX_CELLS:
        _refuse(file, f"at most {MAX_CELLS:,} cells", f"{book.cells:,}", _LESS)
    if book.area > MAX_AREA:
        expected = f"sheets of at most {MAX_AREA:,} rows × columns"
        found = f"one that reaches row {book.rows:,} and column {book.columns:,}"
        _refuse(file, expected, found, _LESS)


def _check_zip(content: bytes, file: str) -> None:
    """Refuse an archive that is not a complete workbook, or is too large."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _check_parts(archive.infolist(), file)
            _check_cells(archive, file)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        found = f"{len(content)} bytes of one that is damaged or truncated ({error})"
        _refuse(file, "an Excel workbook that is whole", found, "Send or save it again.")
    except RuntimeError as error:  # raised by zipfile for a locked archive
        _refuse(
            file, "a workbook without a password", f"one that is locked ({error})", _SAVE_AGAIN
        )


def _check_parts(parts: list[zipfile.ZipInfo], file: str) -> None:
    names = {part.filename.lower() for part in parts}
    if "xl/workbook.xml" not in names:
        found = "an archive of something else"
        for sign, what in (
            ("word/document.xml", "a Word document"),
            ("ppt/presentation.xml", "a presentation"),
            ("content.xml", "an OpenDocument file"),
            ("xl/workbook.bin", "a binary workbook (.xlsb)"),
        ):
            found = what if sign in names else found
        _refuse(file, "an Excel workbook (.xlsx)", found, "Save the table as .xlsx or .csv.")
    total = sum(part.file_size for part in parts)
    if total > MAX_BYTES:
        expected = f"at most {MAX_BYTES // 1_000_000} MB once unpacked"
        _refuse(file, expected, f"{total // 1_000_000} MB", "Save the table alone.")
    for part in parts:
        if part.file_size > LARGE and part.file_size > MAX_RATIO * max(part.compress_size, 1):
            expected = f"parts that unpack to at most {MAX_RATIO} times their size"
            found = f"{part.filename}: {part.compress_size} bytes that become {part.file_size}"
            _refuse(file, expected, found, "Save the table alone in a new workbook.")


def _check_cells(archive: zipfile.ZipFile, file: str) -> None:
    """Check the number of cells and the extent of the sheets, without loading them."""
    cells = 0
    for part in archive.infolist():
        name = part.filename.lower()
        if not name.endswith((".xml", ".rels")):
            continue
        head = _head(archive, part)
        if name == "xl/workbook.xml" and _STRICT in head:
            found = "a workbook saved as 'Strict Open XML'"
            advice = "Open it in Excel, save it as 'Excel Workbook (.xlsx)', and load that."
            _refuse(file, "an Excel workbook (.xlsx) of the usual kind", found, advice)
        if b"<!DOCTYPE" in head:
            found = f"{part.filename} with a DTD"
            _refuse(file, "a workbook as Excel writes it", found, _SAVE_AGAIN)
        if not name.startswith("xl/worksheets/") or name.endswith(".rels"):
            continue
        cells += _count(archive, part, file, MAX_CELLS - cells)


def _count(archive: zipfile.ZipFile, part: zipfile.ZipInfo, file: str, left: int) -> int:
    """Count the cells of a sheet; refuse more than `left`, and a sheet of too large an area."""
    cells = rows = 0
    columns = {b"Z"}
    for piece in _pieces(archive, part):
        cells += piece.count(b"<c ") + piece.count(b":c ") + piece.count(b"<c>")
        columns.update(_BEYOND_Z.findall(piece))
        last = _ROW.match(piece, max(piece.rfind(b"row "), 0))
        rows = max(rows, int(last[1])) if last else rows
        if cells > left:
            found = f"more ({rows:,} rows or more)"
            _refuse(file, f"at most {MAX_CELLS:,} cells", found, _LESS)
    width = max(column_index_from_string(letters.decode()) for letters in columns)
    if rows * width > MAX_AREA:
        rows, width = _reach(archive, part)
    if rows * width > MAX_AREA:
        expected = f"sheets of at most {MAX_AREA:,} rows × columns"
        found = f"one that reaches row {rows:,} and column {width:,}"
        _refuse(file, expected, found, _LESS)
    return cells


def _reach(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> tuple[int, int]:
    """The last row and column with content, not counting empty formatted cells."""
    rows = columns = 0
    for piece in _pieces(archive, part):
        for match in _CELL.finditer(piece):
            place = None if match[0].endswith(b"/>") else _PLACE.search(match[0])
            if place:
                rows = max(rows, int(place[2]))
                columns = max(columns, column_index_from_string(place[1].decode()))
    return rows, columns


def _head(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    with archive.open(part) as stream:
        return stream.read(2000)


def _pieces(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """The part unpacked in pieces that end between two elements."""
    rest = b""
    with archive.open(part) as stream:
        while piece := stream.read(_CHUNK):
            whole, bracket, begun = (rest + piece).rpartition(b"<")
            yield whole
            rest = bracket + begun
    yield rest


def _refuse(file: str, expected: str, found: str, advice: str) -> NoReturn:
    raise UnreadableFile(file, expected=expected, found=found, advice=advice)
