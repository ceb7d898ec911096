"""The marks of an .xlsx workbook, from the XML of its sheets.

Only cells with a mark are kept, so that large sheets cost one pass over their bytes.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from html import unescape

from lxml import etree
from openpyxl.utils import coordinate_to_tuple

from data.readers.parts.display import BUILT_IN, PLAIN, Display, display_of, may_change
from data.readers.parts.marks import Marks, Place

_WIDEST = 16_384  # columns of a sheet
_HIDDEN = re.compile(rb"\s(?:hidden=[\"'](?:1|true)|(?:ht|width)=[\"']0)[\"']")
_LINE = re.compile(rb"<(?:\w+:)?(?P<what>row|col)(?P<attributes>\s[^>]*)>")
_IS_ERROR = re.compile(rb"\st=[\"']e[\"']")
_UNSAVED = re.compile(
    rb"<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>(?P<formula>[^<]*)</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_TAG = re.compile(rb"<(?:\w+:)?\w+(?P<attributes>\s[^>]*|)>")
_ATTRIBUTE = re.compile(rb'\s([\w:]+)\s*=\s*(?:"([^"]*)"|\'([^\']*)\')')
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>([^<]*)</(?:\w+:)?v>")
_ROW, _CELL = re.compile(rb"<(?:\w+:)?row[\s>]"), re.compile(rb"<(?:\w+:)?c[\s>]")


def xlsx_marks(content: bytes) -> Sequence[Marks]:
    """The marks of each sheet, in their order; none if a part is missing or damaged."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            codes = _codes(archive) if "xl/styles.xml" in names else {}
            return [
                _marks(archive.read(part), codes) if part in names else Marks()
                for part in _sheets(archive)
            ]
    except (KeyError, ValueError, zipfile.BadZipFile, etree.LxmlError):
        return []  # calamine tells what is damaged


def _sheets(archive: zipfile.ZipFile) -> Iterator[str]:
    """The part of each sheet, '' for a sheet without one."""
    parts = {}
    for relation in _tree(archive, "xl/_rels/workbook.xml.rels"):
        target = relation.get("Target", "")
        parts[relation.get("Id")] = posixpath.normpath(
            target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        )
    for element in _tree(archive, "xl/workbook.xml").iter("{*}sheet"):
        link = next((value for key, value in element.items() if key.endswith("}id")), None)
        yield parts.get(link, "")


def _codes(archive: zipfile.ZipFile) -> dict[int, str]:
    """Styles whose format can change what is shown: number of the style → format."""
    tree = _tree(archive, "xl/styles.xml")
    own = {
        int(each.get("numFmtId", "0")): str(each.get("formatCode", ""))
        for each in tree.iter("{*}numFmt")
    }
    known = {**BUILT_IN, **own}
    found = {}
    for styles in tree.iter("{*}cellXfs"):
        for place, style in enumerate(styles.iterchildren("{*}xf")):
            code = known.get(int(style.get("numFmtId", "0")), "")
            if may_change(code):
                found[place] = code
    return found


def _tree(archive: zipfile.ZipFile, part: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    return etree.fromstring(archive.read(part), parser)


def _marks(xml: bytes, codes: Mapping[int, str]) -> Marks:
    rows: set[int] = set()
    columns: set[int] = set()
    for hidden in _HIDDEN.finditer(xml):
        line = _LINE.match(xml, xml.rfind(b"<", 0, hidden.start()))
        if line is None:
            continue
        given = _attributes(line)
        if line["what"] == b"col":
            last = min(int(given[b"max"]), _WIDEST)
            columns.update(range(int(given[b"min"]) - 1, last))
        else:
            rows.add(int(given[b"r"]) - 1 if b"r" in given else _count(_ROW, xml, line.start()))
    uncomputed: dict[Place, str] = {}
    for error in _IS_ERROR.finditer(xml):
        cell = _TAG.match(xml, xml.rfind(b"<", 0, error.start()))
        value = _VALUE.search(xml, error.end())
        if cell is not None:
            found = value[1].decode(errors="replace") if value else "#ERROR"
            uncomputed[_place(xml, cell)] = found
    for unsaved in _UNSAVED.finditer(xml):
        cell = _TAG.match(xml, xml.rfind(b"<", 0, unsaved.start()))
        if cell is not None and _attributes(cell).get(b"t") != b"str":
            text = unescape((unsaved["formula"] or b"").decode(errors="replace"))
            uncomputed[_place(xml, cell)] = f"={text}"  # of a text, '' is a result
    displays = dict(_displays(xml, codes)) if codes else {}
    return Marks(displays, uncomputed, frozenset(rows), frozenset(columns))


def _displays(xml: bytes, codes: Mapping[int, str]) -> Iterator[tuple[Place, Display]]:
    """Numbers whose format shows something else than the number."""
    styles = b"|".join(str(style).encode() for style in sorted(codes))
    formatted = re.compile(
        rb"<(?:\w+:)?c(?P<attributes>\s[^>]*?\bs=[\"'](?:" + styles + rb")[\"'][^>]*)(?<!/)>"
        rb"(?:<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>))?"
        rb"<(?:\w+:)?v(?:\s[^>]*)?>(?P<value>[^<]*)<"
    )
    for cell in formatted.finditer(xml):
        given = _attributes(cell)
        if given.get(b"t", b"n") != b"n":
            continue
        try:
            display = display_of(codes[int(given[b"s"])], float(cell["value"]))
        except ValueError:
            continue
        if display != PLAIN:
            yield _place(xml, cell), display


def _attributes(tag: re.Match[bytes]) -> dict[bytes, bytes]:
    found = _ATTRIBUTE.finditer(tag["attributes"])
    return {each[1]: each[3] if each[2] is None else each[2] for each in found}


def _place(xml: bytes, cell: re.Match[bytes]) -> Place:
    """Row and column of a cell; counted where the file gives no reference."""
    reference = _attributes(cell).get(b"r")
    if reference:
        row, column = coordinate_to_tuple(reference.decode())
        return row - 1, column - 1
    begun = max(match.start() for match in _ROW.finditer(xml, 0, cell.start()))
    return _count(_ROW, xml, begun), len(_CELL.findall(xml, begun, cell.start()))


def _count(tag: re.Pattern[bytes], xml: bytes, end: int) -> int:
    return len(tag.findall(xml, 0, end))
