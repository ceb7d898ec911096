"""Files that are whole, and written as people write them: right, odd or wrong."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import partial

import openpyxl
import xlsxwriter

from data.readers.spreadsheet.tcvn3 import TCVN3
from experiments.odd_files.damaged import DAY, SHEET
from experiments.odd_files.family import (
    ANNEX,
    FORM,
    HEAD,
    OF_TIDY,
    TIDY,
    TITLE,
    Figures,
    Rows,
    changed,
    csv_bytes,
    csv_text,
    of_form,
    part_of,
    repacked,
    xlsx,
)
from experiments.odd_files.old_excel import old_workbook
from experiments.odd_files.outcome import OddFile

ALL = of_form()
CEMENT = of_form([FORM[3]])


def written_files() -> Iterator[OddFile]:
    for group in (
        _formulas,
        _merged,
        _swapped,
        _wrong_time,
        _repeated,
        _negative,
        _text_for_numbers,
        _directions,
        _huge_cells,
        _encodings,
        _hidden,
        _rows_and_units,
        _delimited,
        _rates,
        _closed_early,
        _tidy_cells,
    ):
        yield from group()


def _form(name: str, group: str, changes: Mapping[str, object], **more: object) -> OddFile:
    """A form with some cells changed; expected: the figures of the rows as changed."""
    rows = changed(FORM, changes)
    content = partial(xlsx, rows)
    figures = more.pop("figures", of_form(rows))
    kind = more.pop("kind", "refused" if more.get("words") else "reads")
    if kind == "refused":
        figures = {}
    return OddFile(f"{DAY}-{name}.xlsx", group, content, kind, figures=figures, **more)  # type: ignore[arg-type]


def _reads(name: str, group: str, make: Callable[[], bytes], figures: Figures) -> OddFile:
    return OddFile(f"{DAY}-{name}", group, make, "reads", figures=figures)


def _no(name: str, group: str, make: Callable[[], bytes], *words: str) -> OddFile:
    return OddFile(f"{DAY}-{name}", group, make, "refused", words)


def _formulas() -> Iterator[OddFile]:
    group = "formulas"
    saved = partial(_with_formula, "=F4+410", 500)
    yield _reads("formula-saved.xlsx", group, saved, ALL)
    yield _no("formula-error.xlsx", group, partial(_with_formula, "=1/0", "#DIV/0!"), "G4")
    yield _no("formula-ref.xlsx", group, partial(_with_formula, "=#REF!", "#REF!"), "G4")
    yield _no("formula-text.xlsx", group, partial(_with_formula, '="nhiều"', "nhiều"), "G4")
    outside = partial(_with_formula, "='[other.xlsx]Sheet1'!A1", 500)
    yield _reads("formula-outside.xlsx", group, outside, ALL)
    yield _form("formula-unsaved", group, {"G4": "=F4+410"}, words=("G4", "=F4+410"))
    yield _form("formula-circular", group, {"G4": "=G4"}, words=("G4",))
    rows = changed(TIDY, {"C3": "=150+10.5"})
    yield _no("formula-tidy.xlsx", group, partial(xlsx, rows), "C3")
    rows = changed(FORM, {"B6": "Dòng khác", "D6": "=1+1"})
    yield _reads("formula-elsewhere.xlsx", group, partial(xlsx, rows), ALL)


def _with_formula(formula: str, result: object) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet("Biểu 1")
    for number, row in enumerate(FORM):
        for column, value in enumerate(row):
            sheet.write(number, column, value)
    sheet.write_formula("G4", formula, None, result)
    book.close()
    return buffer.getvalue()


def _merged() -> Iterator[OddFile]:
    group = "merged cells"
    yield _reads("merged-title.xlsx", group, partial(xlsx, FORM, merge=["A1:I1"]), ALL)
    spanned: Rows = [
        [TITLE],
        [*HEAD[:3], "Kế hoạch năm 2021", "Thực hiện", None, None, "So sánh (%)", None],
        [*[None] * 4, "Tháng 5", "Ước tháng 6", "Lũy kế 6 tháng", "KH năm", "6 tháng so cùng kỳ"],
        *FORM[2:],
    ]
    merge = ["A2:A3", "B2:B3", "C2:C3", "D2:D3", "E2:G2", "H2:I2"]
    yield _reads("merged-head.xlsx", group, partial(xlsx, spanned, merge=merge), ALL)
    yield _reads("spanned-head.xlsx", group, partial(xlsx, spanned), ALL)
    yield _reads("spanned-head.csv", group, partial(csv_bytes, spanned), ALL)
    yield _reads("spanned-head.xls", group, partial(old_workbook, {"a": spanned}), ALL)
    numbered: Rows = [*FORM[:2], ["A", "B", "C", 1, 2, 3, 4, "5=4/1", 6], *FORM[2:]]
    yield _reads("numbered-head.xlsx", group, partial(xlsx, numbered), ALL)
    rows: Rows = [
        *FORM,
        [None, "Tổng hợp"],
        ["Người lập biểu", None, None, None, None, "Giám đốc"],
    ]
    merge = ["A6:I6", "A7:E7", "F7:I7"]
    yield _reads("merged-foot.xlsx", group, partial(xlsx, rows, merge=merge), ALL)


def _swapped() -> Iterator[OddFile]:
    group = "swapped columns"
    other = [[*row[:5], row[6], row[5], *row[7:]] for row in FORM[2:]]
    rows: Rows = [*FORM[:2], *other]
    yield _no("swapped-figures.xlsx", group, partial(xlsx, rows), "swapped")
    yield _no("swapped-figures.csv", group, partial(csv_bytes, rows), "swapped")
    yield _no("swapped-figures.xls", group, partial(old_workbook, {"a": rows}), "swapped")
    reordered: Rows = [FORM[0], *([*row[:3], *reversed(row[3:])] for row in FORM[1:])]
    yield _reads("columns-reversed.xlsx", group, partial(xlsx, reordered), ALL)
    tidy: Rows = [TIDY[0], *([row[0], row[2], row[1], row[3]] for row in TIDY[1:])]
    yield _no("swapped-tidy.csv", group, partial(csv_bytes, tidy))
    turned: Rows = [[row[2], row[1], row[3], row[0]] for row in TIDY]
    yield _reads("columns-turned.csv", group, partial(csv_bytes, turned), OF_TIDY)


def _wrong_time() -> Iterator[OddFile]:
    group = "wrong year"
    yield _form("year-to-come", group, {"A1": TITLE.replace("2021", "2022")}, words=("2021",))
    yield _form("year-of-plan", group, {"D2": "Kế hoạch năm 2020"}, words=("D2", "2021"))
    monthless = {"A1": "Báo cáo", "E2": "Tháng trước", "F2": "Ước", "G2": "Lũy kế", "I2": "x"}
    yield _form("no-month", group, monthless, words=("month of the report",))
    early = partial(xlsx, FORM)
    yield OddFile("2021-01-29-early.xlsx", group, early, "refused", ("2021-06",))
    for name, month in (
        ("13", "2021-13"),
        ("short", "06/21"),
        ("words", "tháng sáu"),
        ("zero", 0),
    ):
        rows = changed(TIDY, {"B3": month})
        yield _no(f"month-{name}.csv", group, partial(csv_bytes, rows), "B3")
    rows = changed(TIDY, {"B3": "2031-06"})
    yield _no("month-to-come.csv", group, partial(csv_bytes, rows), "2031-06")
    undated = partial(xlsx, FORM)
    yield OddFile("no-date.xlsx", group, undated, "refused", ("--published",))
    rows = [*FORM, [None, "Lạng Sơn, ngày 16 tháng 6 năm 2021"]]
    yield OddFile("signed.xlsx", group, partial(xlsx, rows), "reads", figures=ALL)


def _repeated() -> Iterator[OddFile]:
    group = "repeated months"
    same: Rows = [*TIDY, list(TIDY[2])]
    yield _reads("repeated-tidy.csv", group, partial(csv_bytes, same), OF_TIDY)
    other = changed(same, {"C5": 161.5})
    yield _no("differing-tidy.csv", group, partial(csv_bytes, other), "C5", "160.5")
    yield _reads("repeated-row.xlsx", group, partial(xlsx, [*FORM, list(FORM[3])]), ALL)
    rows = changed([*FORM, list(FORM[3])], {"F6": 91})
    yield _no("differing-row.xlsx", group, partial(xlsx, rows), "F4", "90")
    two = {"T6": FORM, "T6 (2)": FORM}
    yield _reads("repeated-sheet.xlsx", group, partial(xlsx, two), ALL)
    two = {"T6": FORM, "T6 (2)": changed(FORM, {"F4": 91})}
    yield _no("differing-sheet.xlsx", group, partial(xlsx, two), "T6")
    heads = changed(FORM, {"E2": "Ước tháng 6", "E4": 90, "E3": 160.5, "E5": 72.5})
    figures = {key: value for key, value in ALL.items() if key[1] != "2021-05"}
    yield _reads("repeated-column.xlsx", group, partial(xlsx, heads), figures)
    heads = changed(heads, {"E4": 91})
    yield _no("differing-column.xlsx", group, partial(xlsx, heads), "cement")


def _negative() -> Iterator[OddFile]:
    group = "negative"
    for name, text in (("minus", "-5,5"), ("brackets", "(5,5)"), ("sign", "−5,5")):
        rows = changed(FORM, {"F4": text})
        figures = ALL | {("cement", "2021-06", "month"): -5.5}
        yield _reads(f"negative-{name}.csv", group, partial(csv_bytes, rows), figures)
    yield _form("negative", group, {"F4": -5.5})
    rows = changed(TIDY, {"C3": -160.5})
    figures = OF_TIDY | {("exports", "2021-06", "month"): -160.5}
    yield _reads("negative-tidy.csv", group, partial(csv_bytes, rows), figures)
    yield _form("zero", group, {"F4": 0})


def _text_for_numbers() -> Iterator[OddFile]:
    group = "text for numbers"
    for name, text in (
        *(("about", "khoảng 90"), ("unit", "90 tấn"), ("letter", "9O"), ("dots", "90..5")),
        *(("range", "90-95"), ("question", "90?"), ("word", "chín mươi"), ("fraction", "1/2")),
    ):
        yield _form(f"text-{name}", group, {"F4": text}, words=("F4",))
    for name, text, value in (
        ("comma", "90,5", 90.5),
        ("point", "90.5", 90.5),
        ("spaces", " 90,5 ", 90.5),
        ("hard-space", "1\xa0090,5", 1090.5),
        ("footnote", "90,5 (1)", 90.5),
        ("star", "90,5*", 90.5),
        ("plus", "+90,5", 90.5),
    ):
        figures = ALL | {("cement", "2021-06", "month"): value}
        rows = changed(FORM, {"F4": text, "G4": 5000.0})
        figures = figures | {("cement", "2021-06", "year_to_date"): 5000.0}
        yield _reads(f"number-{name}.xlsx", group, partial(xlsx, rows), figures)
    whole: Rows = [["KPI", "month", "value"], ["exports", "2021-06", "1.234"]]
    yield _no("two-ways.csv", group, partial(csv_bytes, whole), "1234", "1.234")
    mixed: Rows = [
        *whole[:1],
        ["exports", "2021-05", "1.234,5"],
        ["exports", "2021-06", "1,234.5"],
    ]
    yield _no("two-formats.csv", group, partial(csv_bytes, mixed), "C2", "C3")
    for sign in ("-", "…", "x", "n/a"):
        rows = changed(FORM, {"F4": sign})
        yield _reads(f"no-figure-{ord(sign[0])}.xlsx", group, partial(xlsx, rows), of_form(rows))


def _directions() -> Iterator[OddFile]:
    group = "marks of direction"
    for name, text in (
        ("rtl", "\u200fXi măng\u200f"),
        ("embedded", "\u202bXi măng\u202c"),
        ("override", "\u202eXi măng\u202c"),
        ("isolate", "\u2067Xi măng\u2069"),
        ("joiner", "Xi\u200d măng\u200b"),
        ("byte-order", "\ufeffXi măng"),
        ("apart", unicodedata.normalize("NFD", "Xi măng")),
        ("spaces", "  Xi \n măng\t"),
    ):
        rows = changed(FORM, {"B4": text})
        yield _reads(f"name-{name}.xlsx", group, partial(xlsx, rows), ALL)
    rows = changed(FORM, {"F4": "\u200f90\u200e", "F2": "\u202bƯớc thực hiện tháng 6\u202c"})
    yield _reads("number-rtl.xlsx", group, partial(xlsx, rows), ALL)


def _huge_cells() -> Iterator[OddFile]:
    group = "huge cell"
    yield _reads(
        *("huge-remark.xlsx", group, partial(xlsx, changed(FORM, {"J4": "ghi chú " * 4000}))), ALL
    )
    yield _reads(
        *("huge-name.xlsx", group, partial(xlsx, [*FORM, [4, "Việc " * 6000, "việc", 1, 2, 3]])),
        ALL,
    )
    yield _reads(
        *(
            "huge-title.xlsx",
            group,
            partial(xlsx, changed(FORM, {"A1": f"{TITLE} {'a ' * 15000}"})),
        ),
        ALL,
    )
    rows = changed(FORM, {"F4": "9" * 30_000})
    yield _no("huge-number.xlsx", group, partial(xlsx, rows), "F4")
    lines = partial(xlsx, changed(FORM, {"J4": "\n" * 30_000}))
    yield _reads("huge-lines.xlsx", group, lines, ALL)
    field = csv_text([*TIDY, ["exports", "2021-04", "y" * 5_000_000]]).encode()
    yield _no("huge-field.csv", group, partial(bytes, field), "field larger")
    yield _no("huge-line.csv", group, partial(bytes, b"x" * 20_000_000))


def _encodings() -> Iterator[OddFile]:
    group = "encoding"
    text = csv_text(FORM)
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-16-le"):
        content = text.encode(encoding)
        yield _reads(f"csv-{encoding}.csv", group, partial(bytes, content), ALL)
    yield _reads("csv-windows.csv", group, partial(_windows, text), ALL)
    back = {letter: sign for sign, letter in TCVN3.items()}
    old = "".join(back.get(letter, letter) for letter in text)
    yield _reads("csv-tcvn3.csv", group, partial(str.encode, old, "latin-1"), ALL)
    rows = [[_in_tcvn3(cell) for cell in row] for row in FORM]
    yield _reads("tcvn3.xlsx", group, partial(xlsx, rows), ALL)
    yield _reads("tcvn3.xls", group, partial(old_workbook, {"B1": rows}, latin=True), ALL)
    mixed = [FORM[0], *rows[1:]]
    yield _reads("tcvn3-and-unicode.xlsx", group, partial(xlsx, mixed), ALL)
    lost = text.encode("ascii", "replace")
    yield _no("csv-lost-letters.csv", group, partial(bytes, lost))
    accents = (
        "".join(
            part for part in unicodedata.normalize("NFD", text) if not unicodedata.combining(part)
        )
        .replace("Đ", "D")
        .replace("đ", "d")
    )
    yield _reads("csv-no-accents.csv", group, partial(bytes, accents.encode()), ALL)
    yield _reads("capitals.csv", group, partial(bytes, text.upper().encode()), ALL)


def _windows(text: str) -> bytes:
    """As Windows-1258 writes it: tones are letters of their own."""
    tones = "\u0300\u0301\u0303\u0309\u0323"
    letters = []
    for letter in text:
        parts = unicodedata.normalize("NFD", letter)
        tone = "".join(part for part in parts if part in tones)
        rest = "".join(part for part in parts if part not in tones)
        letters.append(unicodedata.normalize("NFC", rest) + tone)
    return "".join(letters).encode("cp1258")


def _in_tcvn3(cell: object) -> object:
    back = {letter: sign for sign, letter in TCVN3.items()}
    return "".join(back.get(letter, letter) for letter in cell) if isinstance(cell, str) else cell


def _hidden() -> Iterator[OddFile]:
    group = "hidden"
    draft = changed(FORM, {"F4": 999})
    two = {"Biểu 1": FORM, "Nháp": draft}
    notes = ("'Nháp' is hidden",)
    for name, make in (
        ("hidden-sheet.xlsx", partial(xlsx, two, hide=["Nháp"])),
        ("hidden-sheet.xls", partial(old_workbook, two, hidden=["Nháp"])),
    ):
        yield OddFile(f"{DAY}-{name}", group, make, "reads", figures=ALL, notes=notes)
    yield _no("all-hidden.xlsx", group, _all_hidden, "hidden")
    yield _no("all-hidden.xls", group, partial(old_workbook, two, hidden=[*two]))
    yield _reads("hidden-row.xlsx", group, partial(_hidden_part, "row"), ALL)
    yield _reads("hidden-column.xlsx", group, partial(_hidden_part, "column"), ALL)


def _all_hidden() -> bytes:
    content = xlsx(FORM)
    book = part_of(content, "xl/workbook.xml").replace(b'state="visible"', b'state="hidden"')
    return repacked(content, {"xl/workbook.xml": book})


def _hidden_part(what: str) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(xlsx(FORM)))
    sheet = book.worksheets[0]
    if what == "row":
        sheet.row_dimensions[4].hidden = True
    else:
        sheet.column_dimensions["F"].hidden = True
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _rows_and_units() -> Iterator[OddFile]:
    group = "rows and units"
    yield _form("unit-thousand", group, {"C3": "nghìn USD"}, words=("million USD", "nghìn USD"))
    yield _form("unit-other", group, {"C4": "triệu tấn"}, words=("thousand tonnes",))
    yield _form("unit-unknown", group, {"C4": "kiện"}, notes=("'kiện' is not known",))
    yield _form("unit-in-name", group, {"B4": "Xi măng (1.000 tấn)", "C4": None}, figures=ALL)
    ditto = {"B4": "Kim ngạch nhập khẩu", "C4": '"'}
    yield _form("unit-ditto", group, ditto)
    yield _form("unit-nt", group, {"C4": "nt"}, words=("thousand tonnes", "triệu USD"))
    named = {
        "B3": "I. Kim ngạch xuất khẩu (1)",
        "B4": "1.1 - Xi măng (*)",
        "B5": "ĐIỆN THƯƠNG PHẨM:",
    }
    yield _form("numbering", group, named, figures=ALL)
    yield _form("english", group, {"B3": "Exports", "B4": "Cement", "B5": "power"}, figures=ALL)
    unknown = {"B3": "Việc A", "B4": "Việc B", "B5": "Việc C"}
    yield _form("unknown-rows", group, unknown, figures={}, notes=("việc a", "việc c"))
    yield _reads("annex-none.xlsx", group, partial(xlsx, changed(ANNEX, {"A5": "Bộ Y tế"})), {})


def _delimited() -> Iterator[OddFile]:
    group = "delimited text"
    form, tidy = csv_text(FORM), csv_text(TIDY)
    for name, text, figures in (
        ("tabs", csv_text(FORM, "\t"), ALL),
        ("commas", csv_text(FORM, ",", "."), ALL),
        ("quoted", csv_text(FORM, ","), ALL),
        ("old-mac", csv_text(TIDY, end="\r"), OF_TIDY),
        ("sep-line", "sep=;\r\n" + tidy, OF_TIDY),
        ("blank-lines", tidy.replace("\r\n", "\r\n\r\n"), OF_TIDY),
        ("trailing", tidy.replace("\r\n", ";;;;\r\n"), OF_TIDY),
        ("titles", "Số liệu tháng 6\r\n;;\r\n" + tidy, OF_TIDY),
        ("trailing-form", form.replace("\r\n", ";;;\r\n"), ALL),
    ):
        yield _reads(f"csv-{name}.csv", group, partial(str.encode, text), figures)
    short = partial(str.encode, tidy + "exports\r\n")  # a row without a value is left out
    yield _reads("csv-short-row.csv", group, short, OF_TIDY)
    yield _no("csv-odd-heading.csv", group, partial(str.encode, tidy.replace("Tháng", "Thág")))
    yield _no(
        "csv-unknown.csv", group, partial(str.encode, tidy.replace("cement", "cemnt")), "cement"
    )
    quote = tidy.replace("exports", '"exports', 1)
    yield _no("csv-open-quote.csv", group, partial(str.encode, quote))
    named = partial(str.encode, form)
    yield _reads("csv-named.xlsx", group, named, ALL)
    yield _reads("xlsx-named.csv", group, partial(xlsx, FORM), ALL)
    yield _reads("xlsx-named.xls", group, partial(xlsx, FORM), ALL)
    yield _reads("xls-named.xlsx", group, partial(old_workbook, {"a": FORM}), ALL)
    yield _reads("tidy.xls", group, partial(old_workbook, {"a": TIDY}), OF_TIDY)


def _rates() -> Iterator[OddFile]:
    group = "rates"
    growth = {"I2": "6 tháng tăng/giảm so với cùng kỳ (%)", "I3": 12.5, "I4": 4.2, "I5": 5.5}
    yield _form("growth-named", group, growth, figures=ALL)
    small = {"I3": 12.5, "I4": 4.2, "I5": 5.5}
    yield _form("growth-unnamed", group, small, figures=ALL, notes=("read as growth",))
    shares = {"H3": 0.474, "H4": 0.5, "H5": 0.478}
    yield _form("fractions", group, shares, figures=ALL, notes=("read as fraction",))
    formats = {f"H{row}": "0.0%" for row in (3, 4, 5)}
    percent = partial(xlsx, changed(FORM, shares), formats=formats)
    yield _reads("percentages.xlsx", group, percent, ALL)
    signs = csv_bytes(changed(FORM, {"H3": "47,4%", "H4": "50%", "H5": "47,8 %"}))
    yield _reads("per-cent-signs.csv", group, partial(bytes, signs), ALL)


def _closed_early() -> Iterator[OddFile]:
    group = "unfinished month"
    title = f"{TITLE} (số liệu đến ngày 15/6)"
    rows = changed(FORM, {"A1": title})
    yield OddFile(
        *("2021-06-16-closed.xlsx", group, partial(xlsx, rows), "reads"),
        figures=ALL,
        notes=("closed on 2021-06-15",),
    )
    part = {key: value for key, value in ALL.items() if key[2] != "year_to_date"}
    head = {"G2": "Lũy kế đến ngày 15/6", "H2": "Ghi chú", "I2": "Lũy kế so với cùng kỳ (%)"}
    part = {key: value for key, value in part.items() if key[2] != "share_of_plan"}
    yield OddFile(
        *("2021-06-16-part.xlsx", group, partial(xlsx, changed(FORM, head)), "reads"),
        figures=part,
        notes=("stops within the month",),
    )


def _tidy_cells() -> Iterator[OddFile]:
    group = "dates and cells"
    rows = changed(TIDY, {"C3": "2021-05-01"})
    yield _no("date-for-number.csv", group, partial(csv_bytes, rows), "C3")
    yield _no("date-for-number.xlsx", group, _date_for_number, "C3", "took the number for a date")
    yield _reads("months-as-dates.xlsx", group, _months_as_dates, OF_TIDY)
    rows = changed(TIDY, {"A3": "turnover"})
    yield _no("unknown-kpi.xlsx", group, partial(xlsx, rows), "A3")
    rows = changed(TIDY, {"D3": "một hình thức khác"})
    yield _no("unknown-form.xlsx", group, partial(xlsx, rows), "D3")
    rows = changed(TIDY, {"C3": None})
    figures = {key: value for key, value in OF_TIDY.items() if value != 160.5}
    yield _reads("no-value.xlsx", group, partial(xlsx, rows), figures)
    yield _no("infinite.csv", group, partial(csv_bytes, changed(TIDY, {"C3": "1e999"})), "C3")
    yield _no("nan.csv", group, partial(csv_bytes, changed(TIDY, {"C3": "NaN"})), "C3")
    cell = b'<c r="C3" t="s"><v>99999</v></c>'
    yield _no("string-missing.xlsx", group, partial(_broken_cell, cell))
    cell = b'<c r="C3"><v>abc</v></c>'
    yield _no("number-broken.xlsx", group, partial(_broken_cell, cell))
    yield _no("sheet-missing.xlsx", group, partial(_without, SHEET))
    yield _no(
        "styles-broken.xlsx", group, partial(_with, "xl/styles.xml", b"<styleSheet><cellXfs>")
    )
    yield _no("book-broken.xlsx", group, partial(_with, "xl/workbook.xml", b"<workbook><sheets"))


def _date_for_number() -> bytes:
    from datetime import datetime

    return xlsx(changed(TIDY, {"C3": datetime(2021, 5, 1)}))


def _months_as_dates() -> bytes:
    from datetime import datetime

    may, june = datetime(2021, 5, 1), datetime(2021, 6, 1)
    return xlsx(changed(TIDY, {"B2": may, "B3": june, "B4": june}))


def _broken_cell(cell: bytes) -> bytes:
    content = xlsx(TIDY)
    sheet = part_of(content, SHEET)
    place = sheet.index(b'<c r="C3"')
    end = sheet.index(b"</c>", place) + 4
    return repacked(content, {SHEET: sheet[:place] + cell + sheet[end:]})


def _without(part: str) -> bytes:
    return repacked(xlsx(TIDY), {part: None})


def _with(part: str, content: bytes) -> bytes:
    return repacked(xlsx(TIDY), {part: content})
