"""Files that are damaged, are no tables, are dangerous, or are far too large."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Iterator
from functools import partial

from experiments.odd_files.family import (
    ANNEX,
    FORM,
    OF_ANNEX,
    OF_TIDY,
    TIDY,
    Figures,
    Rows,
    csv_bytes,
    of_form,
    part_of,
    repacked,
    xlsx,
)
from experiments.odd_files.old_excel import old_workbook
from experiments.odd_files.outcome import Kind, OddFile

DAY = "2021-06-29"
SHEET = "xl/worksheets/sheet1.xml"
BASES: tuple[tuple[str, str, Callable[[], bytes], Figures], ...] = (
    ("form", "xlsx", partial(xlsx, FORM), of_form()),
    ("tidy", "xlsx", partial(xlsx, TIDY), OF_TIDY),
    ("annex", "xlsx", partial(xlsx, ANNEX), OF_ANNEX),
    ("form", "xls", partial(old_workbook, {"Biểu 1": FORM}), of_form()),
    ("annex", "xls", partial(old_workbook, {"Biểu 1": ANNEX}), OF_ANNEX),
)


def damaged_files(rng: random.Random) -> Iterator[OddFile]:
    yield from _cut_short(rng)
    yield from _with_wrong_bytes(rng)
    yield from _no_tables()
    yield from _empty()
    yield from _locked()
    yield from _with_macros()
    yield from _bombs()
    yield from _far_too_large()


def _cut_short(rng: random.Random) -> Iterator[OddFile]:
    for base, ending, make, figures in BASES:
        for number in range(4):
            share = rng.uniform(0.02, 0.98)
            kind: Kind = "refused" if ending == "xlsx" else "reads or refused"
            name = f"{DAY}-{base}-cut-{number}.{ending}"
            yield OddFile(
                name, "cut short", partial(_cut, make, share), kind, ("damaged",), figures
            )


def _cut(make: Callable[[], bytes], share: float) -> bytes:
    content = make()
    return content[: int(len(content) * share)]


def _with_wrong_bytes(rng: random.Random) -> Iterator[OddFile]:
    """A few bytes are others. Archives have check sums, old workbooks none."""
    for base, ending, make, figures in BASES:
        for number in range(3):
            seed = rng.randrange(1 << 30)
            kind: Kind = "reads or refused" if ending == "xlsx" else "survives"
            name = f"{DAY}-{base}-wrong-bytes-{number}.{ending}"
            yield OddFile(name, "wrong bytes", partial(_wrong, make, seed), kind, figures=figures)
    for number in range(3):
        seed = rng.randrange(1 << 30)
        name = f"{DAY}-noise-{number}.{('csv', 'xls', 'xlsx')[number]}"
        yield OddFile(name, "wrong bytes", partial(_noise, seed), "refused")


def _wrong(make: Callable[[], bytes], seed: int) -> bytes:
    rng, content = random.Random(seed), bytearray(make())
    for _ in range(5):
        content[rng.randrange(len(content))] = rng.randrange(256)
    return bytes(content)


def _noise(seed: int) -> bytes:
    return random.Random(seed).randbytes(20_000)


def _no_tables() -> Iterator[OddFile]:
    one = {
        "pdf": (b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n", "pdf"),
        "png": (b"\x89PNG\r\n\x1a\n" + b"\x00" * 50, "picture"),
        "jpg": (b"\xff\xd8\xff\xe0" + b"\x00" * 50, "picture"),
        "gif": (b"GIF89a" + b"\x00" * 50, "picture"),
        "rtf": (b"{\\rtf1\\ansi Xi mang 90}", "rtf"),
        "rar": (b"Rar!\x1a\x07\x00" + b"\x00" * 50, "rar"),
        "7z": (b"7z\xbc\xaf\x27\x1c" + b"\x00" * 50, "7z"),
        "gz": (b"\x1f\x8b\x08\x00" + b"\x00" * 50, "gzip"),
        "exe": (b"MZ" + b"\x00" * 50, "program"),
        "sqlite": (b"SQLite format 3\x00" + b"\x00" * 50, "database"),
        "html": (b"<html><body><table><tr><td>1</td></tr></table></body></html>", "web page"),
        "xml": (b"<?xml version='1.0'?><Workbook/>", "xml"),
    }
    for number, (what, (content, word)) in enumerate(one.items()):
        ending = ("xlsx", "xls", "csv")[number % 3]
        name = f"{DAY}-is-{what}.{ending}"
        yield OddFile(name, "wrong type", partial(bytes, content), "refused", (word,))
    for what, part, word in (
        ("docx", "word/document.xml", "word document"),
        ("pptx", "ppt/presentation.xml", "presentation"),
        ("ods", "content.xml", "opendocument"),
        ("xlsb", "xl/workbook.bin", "xlsb"),
        ("zip", "readme.txt", "something else"),
    ):
        name = f"{DAY}-is-{what}.xlsx"
        yield OddFile(name, "wrong type", partial(_archive, part), "refused", (word,))
    old_word = partial(_renamed_stream, "WordDocument")
    yield OddFile(f"{DAY}-is-doc.xls", "wrong type", old_word, "refused", ("word",))
    for what, text in (
        ("json", '{"kpi": "exports", "value": 160.5}'),
        ("yaml", "plan: lang-son-2021\nkpis: []\n"),
        ("prose", "Tháng 6 năm 2021, xuất khẩu đạt 160,5 triệu USD.\n" * 20),
    ):
        content = text.encode()
        yield OddFile(f"{DAY}-is-{what}.csv", "wrong type", partial(bytes, content), "refused")


def _archive(part: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(part, b"x")
    return buffer.getvalue()


def _renamed_stream(name: str) -> bytes:
    content = old_workbook({"Biểu 1": FORM})
    old, new = ("Workbook".encode("utf-16-le"), name.encode("utf-16-le"))
    place = content.index(old.ljust(64, b"\x00"))
    entry = new.ljust(64, b"\x00") + (len(new) + 2).to_bytes(2, "little")
    return content[:place] + entry + content[place + 66 :]


def _empty() -> Iterator[OddFile]:
    for name, content in (
        ("nothing.xlsx", b""),
        ("nothing.csv", b""),
        ("nothing.xls", b""),
        ("spaces.csv", b" \r\n\t\r\n"),
        ("mark.csv", b"\xef\xbb\xbf"),
        ("zeros.csv", b"\x00" * 1000),
    ):
        make = partial(bytes, content)
        yield OddFile(f"{DAY}-{name}", "empty", make, "refused", ("empty",))
    yield OddFile(f"{DAY}-no-cells.xlsx", "empty", partial(xlsx, []), "refused")
    yield OddFile(f"{DAY}-tidy-header.csv", "empty", partial(csv_bytes, TIDY[:1]), "refused")
    yield OddFile(f"{DAY}-tidy-header.xlsx", "empty", partial(xlsx, TIDY[:1]), "refused")
    yield OddFile(f"{DAY}-form-header.xlsx", "empty", partial(xlsx, FORM[:2]), "reads")
    yield OddFile(f"{DAY}-no-cells.xls", "empty", partial(old_workbook, {"a": []}), "refused")


def _locked() -> Iterator[OddFile]:
    stream = partial(_renamed_stream, "EncryptedPackage")
    yield OddFile(f"{DAY}-password.xlsx", "password", stream, "refused", ("password",))
    yield OddFile(f"{DAY}-password-part.xlsx", "password", _encrypted_part, "refused")
    yield OddFile(f"{DAY}-password.xls", "password", _locked_old, "refused", ("password",))


def _encrypted_part() -> bytes:
    """The flag of encryption is set for every part of the archive."""
    content = bytearray(xlsx(FORM))
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.find(sign)
        while place >= 0:
            content[place + offset] |= 1
            place = content.find(sign, place + 4)
    return bytes(content)


def _locked_old() -> bytes:
    """The first record after the beginning says FILEPASS."""
    content = bytearray(old_workbook({"Biểu 1": FORM}))
    place = content.index(b"\x85\x00", 512)
    content[place : place + 2] = b"\x2f\x00"
    return bytes(content)


def _with_macros() -> Iterator[OddFile]:
    for base, ending, make, figures in BASES:
        if ending == "xlsx":
            name = f"{DAY}-{base}-macros.xlsm"
            notes = ("macros were not run",)
            yield OddFile(
                name, "macros", partial(_macros, make), "reads", figures=figures, notes=notes
            )


def _macros(make: Callable[[], bytes]) -> bytes:
    return repacked(make(), {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0" + b"Sub Auto_Open()" * 50})


def _bombs() -> Iterator[OddFile]:
    for name, make, word in (
        ("zeros", _zeros, "unpack"),
        ("strings", _strings, "unpack"),
        ("lies", _sheet_of_blanks, "unpack"),
        ("entities", _entities, "dtd"),
        ("far-cell", partial(xlsx, [["x"]], formats={"XFD1048576": "0%"}), ""),
    ):
        kind: Kind = "refused"
        yield OddFile(f"{DAY}-bomb-{name}.xlsx", "bomb", make, kind, (word,))
    rows: Rows = [["x"], *[[] for _ in range(65_534)], [*[None] * 255, 1]]
    far = partial(old_workbook, {"a": rows})
    yield OddFile(f"{DAY}-bomb-far-cell.xls", "bomb", far, "refused", ("65,536",))
    yield OddFile(f"{DAY}-bomb-reach.xlsx", "bomb", _reaching, "refused", ("1,048,576",))


def _zeros() -> bytes:
    return repacked(xlsx(FORM), {"xl/media/image1.xml": b"\x00" * 120_000_000})


def _strings() -> bytes:
    shared = b"<sst>" + b"<si><t>aaaaaaaaaaaaaaaaaaaaaaaaaaaa</t></si>" * 2_000_000 + b"</sst>"
    return repacked(xlsx(FORM), {"xl/sharedStrings.xml": shared})


def _sheet_of_blanks() -> bytes:
    return repacked(xlsx(FORM), {SHEET: b"<worksheet><sheetData>" + b" " * 200_000_000})


def _entities() -> bytes:
    lines = ["<!DOCTYPE sst [", '<!ENTITY a0 "aaaaaaaaaa">']
    lines += [f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12)]
    shared = "\n".join([*lines, "]>", "<sst><si><t>&a11;</t></si></sst>"])
    return repacked(xlsx(FORM), {"xl/sharedStrings.xml": shared.encode()})


def _reaching() -> bytes:
    """A form with one more figure in the last cell that Excel has."""
    content = xlsx(FORM)
    sheet = part_of(content, SHEET)
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    return repacked(content, {SHEET: sheet.replace(b"</sheetData>", far)})


def _far_too_large() -> Iterator[OddFile]:
    large = "far too large"
    many = ("at most",)
    yield OddFile(f"{DAY}-million-rows.xlsx", large, partial(_rows, 1_000_000), "refused", many)
    yield OddFile(f"{DAY}-million-lines.csv", large, partial(_lines, 1_000_000), "refused", many)
    yield OddFile(f"{DAY}-million-blank-lines.csv", large, _blank_lines, "reads", figures=OF_TIDY)
    yield OddFile(f"{DAY}-million-blank-rows.xlsx", large, _blank_rows, "refused", many)
    yield OddFile(
        f"{DAY}-few-far-below.xlsx", large, _far_below, "reads", figures=of_form(FORM[:3])
    )
    yield OddFile(
        *(f"{DAY}-almost-too-many.csv", large, partial(_lines, 130_000), "reads"),
        figures={("exports", "2021-06", "month"): 160.5},
    )
    yield OddFile(
        *(f"{DAY}-sixty-thousand-rows.xlsx", large, partial(_rows, 60_000), "reads"),
        figures={("exports", "2021-06", "month"): 160.5},
    )
    yield OddFile(f"{DAY}-wide.csv", large, _wide, "refused")


def _rows(count: int) -> bytes:
    """A tidy table that says the same figure again and again, written row by row."""
    head = "".join(
        _inline(column, 1, str(text)) for column, text in zip("ABC", TIDY[0], strict=False)
    )
    buffer = io.BytesIO()
    content = xlsx(TIDY)
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
    ):
        for name in old.namelist():
            if name != SHEET:
                archive.writestr(name, old.read(name))
        with archive.open(SHEET, "w", force_zip64=True) as sheet:
            space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
            sheet.write(f'<worksheet xmlns="{space}"><sheetData><row r="1">{head}</row>'.encode())
            for first in range(2, count + 2, 10_000):
                rows = range(first, min(first + 10_000, count + 2))
                sheet.write("".join(map(_tidy_row, rows)).encode())
            sheet.write(b"</sheetData></worksheet>")
    return buffer.getvalue()


def _tidy_row(row: int) -> str:
    cells = _inline("A", row, "exports") + _inline("B", row, "2021-06")
    return f'<row r="{row}">{cells}<c r="C{row}"><v>160.5</v></c></row>'


def _inline(column: str, row: int, text: str) -> str:
    return f'<c r="{column}{row}" t="inlineStr"><is><t>{text}</t></is></c>'


def _lines(count: int) -> bytes:
    return b"KPI;month;value\n" + b"exports;2021-06;160,5\n" * count


def _blank_lines() -> bytes:
    return csv_bytes(TIDY) + b"\n" * 1_000_000


def _blank_rows() -> bytes:
    """Formatted down to the last row, as a click on a column's head does."""
    content = xlsx(FORM)
    sheet = part_of(content, SHEET)
    rows = b"".join(b'<row r="%d"><c r="A%d" s="0"/></row>' % (n, n) for n in range(10, 1_048_577))
    return repacked(content, {SHEET: sheet.replace(b"</sheetData>", rows + b"</sheetData>")})


def _far_below() -> bytes:
    """The form, and a remark in row 70,000."""
    content = xlsx(FORM[:3])
    sheet = part_of(content, SHEET)
    far = '<row r="70000">' + _inline("B", 70_000, "ghi chú") + "</row></sheetData>"
    return repacked(content, {SHEET: sheet.replace(b"</sheetData>", far.encode())})


def _wide() -> bytes:
    return b";".join([b"KPI", b"month", b"value"] + [b"x"] * 700_000) + b"\nexports;2021-06;1\n"
