"""Files that are refused before they are opened, and why."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from data.readers.parts.records import OldWorkbook, inspect_workbook
from data.readers.spreadsheet import intake
from data.readers.spreadsheet.cells import Sheets
from data.readers.spreadsheet.intake import kind_of
from data.readers.spreadsheet.workbook import OpenedFile
from experiments.odd_files.old_excel import old_workbook
from models.errors import UnreadableFile


def workbook(*values: tuple[str, Any]) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for place, value in values or (("A1", "x"),):
        sheet[place] = value
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def repacked(content: bytes, **parts: bytes) -> bytes:
    """The same archive with some parts replaced or added; 'a__b' stands for 'a/b.xml'."""
    buffer = io.BytesIO()
    new = {name.replace("__", "/") + ".xml": part for name, part in parts.items()}
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name in old.namelist():
            if name not in new:
                archive.writestr(name, old.read(name))
        for name, part in new.items():
            archive.writestr(name, part)
    return buffer.getvalue()


def renamed(stream: str) -> bytes:
    """The directory entry of a stream of another name, up to the length of the name."""
    coded = stream.encode("utf-16-le")
    return coded.ljust(64, b"\x00") + struct.pack("<H", len(coded) + 2)


OLD = old_workbook({"Biểu 1": [["Xi măng", 1.5], [None, "x"]], "Khác": [["y"]]})
WORKBOOK = renamed("Workbook")


def refused(content: bytes) -> UnreadableFile:
    with pytest.raises(UnreadableFile) as caught:
        kind_of(content, "file.xlsx")
    assert caught.value.advice
    return caught.value


def test_kinds_are_recognised_by_content() -> None:
    assert kind_of(workbook(), "figures.csv") == "xlsx"
    assert kind_of(OLD, "figures.xlsx") == "xls"
    assert kind_of("Chỉ tiêu;Tháng".encode(), "figures.xls") == "text"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "empty file"),
        (b"\xef\xbb\xbf \r\n\x00", "empty file"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x89PNG\r\n", "picture"),
        (b"{\\rtf1 ...", "Word"),
        (b"  <html><table>", "web page"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>", "web page"),
        (b"\x1f\x8b\x08", "gzip"),
        (b"PK\x03\x04" + b"\x00" * 80, "damaged or truncated"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "damaged or truncated"),
        (OLD[: len(OLD) // 2], "damaged or truncated"),
        (OLD.replace(WORKBOOK, renamed("EncryptedPackage")), "locked"),
        (OLD.replace(WORKBOOK, renamed("WordDocument")), "Word"),
        (OLD.replace(WORKBOOK, renamed("Contents")), "no workbook in it"),
    ],
)
def test_other_files_are_refused(content: bytes, found: str) -> None:
    assert found in refused(content).found


def test_a_truncated_workbook() -> None:
    content = workbook()
    assert "truncated" in refused(content[: len(content) // 2]).found


@pytest.mark.parametrize(
    ("part", "found"),
    [
        ("word/document.xml", "Word"),
        ("content.xml", "OpenDocument"),
        ("xl/workbook.bin", "xlsb"),
        ("readme.txt", "something else"),
    ],
)
def test_archives_of_other_things(part: str, found: str) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(part, b"x")
    assert found in refused(buffer.getvalue()).found


def test_a_part_that_unpacks_to_far_more() -> None:
    bomb = repacked(workbook(), xl__media=b"\x00" * 30_000_000)
    assert len(bomb) < 100_000
    assert "xl/media.xml: " in refused(bomb).found


def test_a_workbook_that_unpacks_to_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MAX_BYTES", 1_000)
    assert "once unpacked" in refused(workbook()).expected


def test_a_file_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MAX_FILE", 1_000)
    assert "MB" in refused(workbook()).expected


def test_too_many_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MAX_CELLS", 2)
    kind_of(workbook(("A1", 1), ("B1", 2)), "file.xlsx")
    assert "at most 2 cells" in refused(workbook(("A1", 1), ("B1", 2), ("A2", 3))).expected


def test_a_lone_cell_far_away() -> None:
    error = refused(workbook(("A1", 1), ("XFD1048576", 2)))
    assert "row 1,048,576 and column 16,384" in error.found


def test_an_old_workbook_is_inspected() -> None:
    assert inspect_workbook(OLD) == OldWorkbook(cells=4, area=4, rows=2, columns=2, locked=False)
    assert Sheets(OLD, "file.xls").rows("Biểu 1") == [["Xi măng", 1.5], ["", "x"]]


def test_a_lone_cell_far_away_in_an_old_workbook() -> None:
    rows: list[list[object]] = [["x"], *[[]] * 65_534, [*[None] * 255, 1]]
    content = old_workbook({"a": rows})
    assert len(content) < 10_000
    assert "row 65,536 and column 256" in refused(content).found


def test_too_many_cells_of_an_old_workbook(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MAX_CELLS", 3)
    assert refused(OLD).found == "4"


@pytest.mark.slow
def test_formats_far_away_do_not_matter() -> None:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    sheet = book.add_worksheet()
    sheet.write(0, 0, "x")
    sheet.write_blank(1_048_575, 16_383, None, book.add_format({"bold": True}))
    book.close()
    assert kind_of(buffer.getvalue(), "file.xlsx") == "xlsx"
    assert [cell.text for [cell] in OpenedFile(buffer.getvalue(), "file.xlsx").grids[0].rows] == [
        "x"
    ]


def test_entities_are_not_expanded() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaa">]><sst>&a;</sst>'
    assert "a DTD" in refused(repacked(workbook(), xl__sharedStrings=bomb)).found


def test_hidden_sheets_are_noted_and_not_read() -> None:
    book = openpyxl.Workbook()
    for title, state in (("a", "visible"), ("b", "hidden"), ("c", "veryHidden")):
        sheet = book.create_sheet(title)
        sheet["A1"], sheet.sheet_state = title, state
    del book["Sheet"]
    buffer = io.BytesIO()
    book.save(buffer)
    assert [grid.sheet for grid in OpenedFile(buffer.getvalue(), "file.xlsx").grids] == ["a"]
    sheets = Sheets(buffer.getvalue(), "file.xlsx")
    assert sheets.names == ("a",)
    assert [remark.split("'")[1] for remark in sheets.remarks()] == ["b", "c"]


def test_macros_are_noted_and_not_run() -> None:
    buffer = io.BytesIO(workbook())
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"macros")
    content = buffer.getvalue()
    assert OpenedFile(content, "file.xlsm").grids[0].rows[0][0].text == "x"
    assert Sheets(content, "file.xlsm").remarks() == ("its macros were not run",)
    assert Sheets(workbook(), "file.xlsx").remarks() == ()


def test_cells_are_read_without_direction_characters() -> None:
    content = workbook(("A1", "\u202bXi măng\u202c\u200f"))
    assert OpenedFile(content, "file.xlsx").grids[0].rows[0][0].text == "Xi măng"
    csv = OpenedFile("\ufeff\u200eXi măng;1\n".encode(), "file.csv").text
    assert csv.grid(";").rows[0][0].text == "Xi măng"


@pytest.mark.parametrize("content", [bytes(range(256)) * 4, b"a\x01\x02\x03\x04b;c\n"])
def test_bytes_that_are_no_text(content: bytes) -> None:
    with pytest.raises(UnreadableFile, match="text in none of them"):
        OpenedFile(content, "file.csv").text.head(",")


def test_a_field_that_never_ends() -> None:
    content = b'KPI;month;value\n"' + b"x" * 200_000
    with pytest.raises(UnreadableFile, match="field larger"):
        OpenedFile(content, "file.csv").text.grid(";")


def test_csv_with_more_columns_than_a_sheet_has() -> None:
    [row] = OpenedFile(b";" * 20_000 + b"x\n", "file.csv").text.grid(";").rows
    assert (len(row), row[-1].place) == (20_001, "ACOG1")


def test_csv_of_too_many_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.readers.spreadsheet.tables.MAX_CELLS", 3)
    OpenedFile(b"a\n\n\r\n\nb\nc\n", "file.csv").text.head(",")
    with pytest.raises(UnreadableFile, match="5 lines"):
        OpenedFile(b"a\nb\nc\nd\ne\n", "file.csv").text.head(",")


def test_csv_of_too_many_cells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.readers.spreadsheet.tables.MAX_CELLS", 3)
    with pytest.raises(UnreadableFile, match="more, up to B2"):
        OpenedFile(b"a;b\nc;d\n", "file.csv").text.grid(";")
