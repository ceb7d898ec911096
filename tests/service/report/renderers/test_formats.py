"""Every format says the same figures as the API; Word and PDF open as documents."""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import unicodedata
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest

from service.charts.fan_chart import font_folder
from service.projections.shape import as_json
from service.projections.view import ProjectionView
from service.report.document import Block, Number, Report, Table
from service.report.renderers.fonts import OFFICE, SERIF, serif_folder
from service.report.renderers.formats import FORMATS, Format, render

pytestmark = pytest.mark.slow

Made = Callable[..., Report]


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._inside = 0

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self._inside += tag in ("style", "svg")

    def handle_endtag(self, tag: str) -> None:
        self._inside -= tag in ("style", "svg")

    def handle_data(self, data: str) -> None:
        if not self._inside:
            self.words.append(data)


def text_of(content: bytes, format_: Format, folder: Path) -> str:
    """The words of a file, spaces and line breaks as one space."""
    if format_ == "docx":
        document = docx.Document(io.BytesIO(content))
        words = " ".join(node.text for node in document.element.body.iter() if node.text)
    elif format_ == "html":
        parser = _Words()
        parser.feed(content.decode())
        words = " ".join(parser.words)
    elif format_ == "md":
        words = re.sub(r"\\(.)", r"\1", content.decode())
    else:
        file = folder / "report.pdf"
        file.write_bytes(content)
        found = subprocess.run(
            ["pdftotext", "-raw", str(file), "-"], capture_output=True, check=True
        )
        words = found.stdout.decode()
    return " ".join(words.split())


def figures_in(blocks: tuple[Block, ...]) -> list[str]:
    tables = [block for block in blocks if isinstance(block, Table)]
    cells = [cell for table in tables for row in table.rows for cell in row]
    return [str(cell) for cell in cells if isinstance(cell, Number)]


def of_annexes(report: Report) -> list[tuple[Block, ...]]:
    return [one.blocks for one in report.appendices]


def values_in(blocks: tuple[Block, ...]) -> list[float]:
    """The values that a workbook stores for the figures of the tables."""
    tables = [block for block in blocks if isinstance(block, Table)]
    cells = [cell for table in tables for row in table.rows for cell in row]
    return [
        cell.value / 100 if cell.per_cent else cell.value
        for cell in cells
        if isinstance(cell, Number) and cell.value is not None
    ]


def plain(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.fixture(params=[one for one in FORMATS if one != "xlsx"])
def worded(request: pytest.FixtureRequest) -> Format:
    format_: Format = request.param
    if format_ == "pdf" and not shutil.which("pdftotext"):
        pytest.skip("pdftotext is not installed (Debian: poppler-utils)")
    return format_


@pytest.mark.parametrize("part", ["report", "annex"])
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_figure_of_the_content_is_in_the_file(
    made: Made, worded: Format, part: str, lang: str, tmp_path: Path
) -> None:
    report = made(part=part, lang=lang)
    text = plain(text_of(render(report, worded), worded, tmp_path))
    figures = figures_in(report.all_blocks)
    assert len(figures) > 20
    assert [figure for figure in figures if plain(figure) not in text] == []
    for words in (report.banner, *report.labels, report.subject):
        if words != report.banner or worded in ("html", "md", "pdf"):
            assert plain(words) in text
    assert unicodedata.is_normalized("NFC", text)


def test_the_content_has_the_figures_of_the_api(
    made: Made, projections: list[ProjectionView]
) -> None:
    """The chain API → content; the test above is content → file."""
    report = made(part="annex")
    titles = [column.title for column in report.figures.columns]
    for row, one in zip(report.figures.rows, projections, strict=True):
        cells = dict(zip(titles, row, strict=True))
        target = next(iter(one.targets), None)
        assert one.projected is not None
        expected = {
            "Lũy kế đến nay": one.actual_to_date,
            "Dự báo bình quân": one.projected.mean,
            **{f"Dự báo {level}": v for level, v in as_json(one.projected.quantiles).items()},
            "Kế hoạch, mức dưới": target and target.lower_value,
            "Kế hoạch, mức trên": target and target.upper_value,
            "Chênh lệch kỳ vọng so với kế hoạch": target and target.expected_gap,
        }
        for title, value in expected.items():
            cell = cells[title]
            assert isinstance(cell, Number)
            assert cell.value == value, (one.kpi, title)
        assert cells["Mã tra cứu"] == one.stamp


@pytest.mark.parametrize("part", ["report", "annex"])
def test_the_workbook_has_real_numbers_and_a_chart_per_kpi(made: Made, part: str) -> None:
    report = made(part=part)
    book: Any = openpyxl.load_workbook(io.BytesIO(render(report, "xlsx")))
    annexes = [one.title for one in report.appendices]
    *fitted, alone = book.sheetnames
    assert [*fitted, alone] == ["Báo cáo", *annexes, "Số liệu", "Từng chỉ tiêu"]
    assert all(book[name].page_setup.fitToWidth in (None, 1) for name in fitted)
    assert all(book[name].sheet_properties.pageSetUpPr.fitToPage for name in fitted)
    assert len(book[alone].row_breaks.brk) == (len(report.sheets) - 1) // 3  # three to a page
    sheet = book["Số liệu"]
    heading = next(
        row for row in range(1, 12) if sheet.cell(row, 1).value == report.figures.columns[0].title
    )
    for place, cells in enumerate(report.figures.rows, heading + 1):
        for column, cell in enumerate(cells, 1):
            found = sheet.cell(place, column)
            if isinstance(cell, Number) and cell.value is not None:
                value = cell.value / 100 if cell.per_cent else cell.value
                assert found.value == pytest.approx(value, rel=1e-12)
                assert ("%" in found.number_format) == cell.per_cent
    parts = [report.blocks, *of_annexes(report)]
    for name, blocks in zip(["Báo cáo", *annexes], parts, strict=True):
        stored = [cell.value for row in book[name].iter_rows() for cell in row]
        for value in values_in(blocks):
            assert any(
                isinstance(found, int | float) and found == pytest.approx(value, rel=1e-12)
                for found in stored
            ), (name, value)
    assert len(book[alone]._charts) == len(report.sheets)
    assert report.labels[0] in [book[alone].cell(row, 1).value for row in range(1, 5)]
    assert "DỰ THẢO" in book[alone].oddHeader.center.text
    titles = {book[alone].cell(row, 1).value for row in range(1, book[alone].max_row + 1)}
    assert {f"{one.title} ({one.code})" for one in report.sheets} <= titles
    dashes = [cell for row in sheet.iter_rows() for cell in row if cell.value == "–"]
    assert {cell.alignment.horizontal for cell in dashes} <= {"right"}


def test_the_word_document_has_the_form_of_the_decree(made: Made) -> None:
    document = docx.Document(io.BytesIO(render(made(), "docx")))
    section: Any = document.sections[0]
    assert [round(side.mm) for side in (section.left_margin, section.right_margin)] == [30, 15]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    assert document.styles["Normal"].font.name == OFFICE
    form = " ".join(cell.text for row in document.tables[0].rows for cell in row.cells)
    for words in ("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"):
        assert words in form
    assert "SỞ CÔNG THƯƠNG" in form
    assert "/BC-SCT" in form
    signatures = [table for table in document.tables if "Nơi nhận:" in table.rows[0].cells[0].text]
    ending = " ".join(cell.text for cell in signatures[0].rows[0].cells)
    assert "Nơi nhận:" in ending
    assert "GIÁM ĐỐC" in ending
    for header in (section.header, section.first_page_header):
        assert "DỰ THẢO" in header._element.xml
    issued = docx.Document(io.BytesIO(render(made(state="issued"), "docx")))
    assert "DỰ THẢO" not in issued.sections[0].header._element.xml


def test_the_same_report_is_the_same_pdf(made: Made) -> None:
    assert render(made(), "pdf") == render(made(), "pdf")


def test_the_pdf_is_set_in_the_packaged_faces(made: Made, tmp_path: Path) -> None:
    if not shutil.which("pdffonts"):
        pytest.skip("pdffonts is not installed (Debian: poppler-utils)")
    file = tmp_path / "report.pdf"
    file.write_bytes(render(made(), "pdf"))
    listed = subprocess.run(["pdffonts", str(file)], capture_output=True, check=True).stdout
    assert SERIF.replace(" ", "") in listed.decode()


def test_word_as_libreoffice_prints_it(made: Made, tmp_path: Path) -> None:
    if not shutil.which("soffice") or not shutil.which("pdftotext"):
        pytest.skip("not installed (Debian: libreoffice-writer, poppler-utils)")
    report = made()
    (tmp_path / "report.docx").write_bytes(render(report, "docx"))
    fonts = tmp_path / "fonts.conf"
    fonts.write_text(
        f"<fontconfig><dir>{serif_folder()}</dir><dir>{font_folder()}</dir>"
        f"<cachedir>{tmp_path}</cachedir><alias binding='same'><family>{OFFICE}</family>"
        f"<prefer><family>{SERIF}</family></prefer></alias></fontconfig>"
    )
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "pdf", "report.docx"],
        cwd=tmp_path,
        env=os.environ | {"FONTCONFIG_FILE": str(fonts)},
        capture_output=True,
        check=True,
        timeout=300,
    )
    text = plain(text_of((tmp_path / "report.pdf").read_bytes(), "pdf", tmp_path))
    assert [one for one in figures_in(report.all_blocks) if plain(one) not in text] == []
