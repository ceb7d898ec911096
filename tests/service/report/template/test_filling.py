"""A planner's own template: filled in, unknown names reported, hostile ones refused."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace

import docx
import pytest

from models.errors import UnreadableFile
from service.report.document import Report
from service.report.template.filling import Filled, fill
from service.report.template.starter import starter
from service.texts import Lang

Made = Callable[..., Report]


def template(*lines: str, cell: str = "") -> bytes:
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    if cell:
        document.add_table(1, 2).cell(0, 1).text = cell
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def opened(filled: Filled) -> docx.document.Document:
    return docx.Document(io.BytesIO(filled.content))


def words(filled: Filled) -> list[str]:
    return [paragraph.text for paragraph in opened(filled).paragraphs]


def test_placeholders_and_loops(made: Made) -> None:
    lines = ("{{ kpi.exports.estimate }}", "{% for t in targets %}{{ t.name }};{% endfor %}")
    filled = fill(template(*lines, cell="{{ kpi['coal'].unit }}"), "t.docx", made())
    assert words(filled)[:2] == ["1.500,0", "Xuất khẩu;Than sạch;Xi măng;Chỉ số sản xuất;"]
    assert opened(filled).tables[0].cell(0, 1).text == "nghìn tấn"
    assert filled.unknown == ()


def test_what_is_unknown_is_reported_with_its_place_and_the_rest_is_filled_in(made: Made) -> None:
    lines = ("{{ kpi.exprts.plan }}", "{% for t in targets %}{{ t.foo }}{% endfor %}")
    filled = fill(template(*lines, "{{ kpi.coal.name }}", cell="{{ nope }}"), "t.docx", made())
    assert filled.unknown == (
        "'exprts.plan' (paragraph 1)",
        "'foo' (paragraph 2)",
        "'nope' (table 1, row 1, column 2, paragraph 1)",
    )
    assert words(filled)[0] == "[? exprts.plan]"
    assert words(filled)[2] == "Than sạch"


@pytest.mark.parametrize(
    "line",
    [
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ kpi.__class__.__init__.__globals__ }}",
        "{{ targets.append(1) }}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ 'a' * 1000000000 }}",
        "{{ range(100000) }}",
        "{{ kpi.exports.chart._image }}",
        "{% include '/etc/passwd' %}",
        "{{ '{0.__class__}'.format(kpi.exports.name) }}",
    ],
)
def test_a_hostile_template_reaches_nothing(made: Made, line: str) -> None:
    try:
        filled = fill(template(line), "t.docx", made())
    except UnreadableFile:
        return
    assert filled.unknown or "class" not in words(filled)[0]
    assert words(filled)[0].startswith("[?") or words(filled)[0] == ""


def test_values_cannot_break_the_document(made: Made) -> None:
    report = replace(made(), title="R&D <w:p/>")
    assert words(fill(template("{{ report.title }}"), "t.docx", report))[0] == "R&D <w:p/>"


@pytest.mark.parametrize("line", ["{% for t in targets %}", "{{ kpi.coal.plan | nothing }}"])
def test_what_jinja_cannot_read_is_refused_with_its_place(made: Made, line: str) -> None:
    with pytest.raises(UnreadableFile, match=r"t\.docx, paragraph 1: expected placeholders"):
        fill(template(line), "t.docx", made())


def test_what_is_no_word_document_is_refused(made: Made) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        package.writestr("a.txt", "a")
    for content in (b"no zip", file.getvalue()):
        with pytest.raises(UnreadableFile, match=r"expected a Word document"):
            fill(content, "t.docx", made())


def test_a_bomb_is_refused(made: Made) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", b" " * (65 * 2**20))
    with pytest.raises(UnreadableFile, match="at most 64 MB unpacked"):
        fill(file.getvalue(), "t.docx", made())


def test_drafts_labels_and_internal_figures_are_marked(made: Made) -> None:
    official = fill(template("{{ kpi.coal.plan }}"), "t.docx", made())
    header = opened(official).sections[0].header
    assert "DỰ THẢO" in header._element.xml
    assert [one.text for one in header.paragraphs if one.text] == list(made().labels)
    internal = fill(template("{{ kpi.coal.probability }}"), "t.docx", made(state="issued"))
    header = opened(internal).sections[0].header
    assert "DỰ THẢO" not in header._element.xml
    assert "LƯU HÀNH NỘI BỘ" in " ".join(one.text for one in header.paragraphs)


@pytest.mark.slow
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_template_to_begin_from_fills_in_whole(made: Made, lang: Lang) -> None:
    filled = fill(starter(lang), "t.docx", made(lang=lang))
    assert filled.unknown == ()
    text = " ".join(words(filled))
    assert "{{" not in text
    assert "{%" not in text
    assert len(opened(filled).inline_shapes) == len(
        [one for one in made(lang=lang).facts if one.verdict in ("at_risk", "unlikely")]
    )
