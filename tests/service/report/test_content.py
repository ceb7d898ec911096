"""The content of the report and its annex, by hand."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from models.errors import InputError, NoObservations
from models.series import Month
from service.projections.facts import Facts
from service.projections.view import ProjectionView
from service.report.build import Wanted, build
from service.report.document import Heading, Number, Paragraph, Report, Table, numbered
from service.report.letterhead import Letterhead
from service.report.renderers.markdown import render
from service.report.request import changes_since
from service.shapes.analysis import ChangeList
from service.state.app_state import AppState
from service.texts import Lang

Made = Callable[..., Report]

NOT_FOLLOWED: dict[str, object] = {"from": None, "to": None, "change": None, "parts": []}
# an answer of the API: a fall in probability, in four parts
CHANGES = {
    "plan": "demo-2021",
    "year": 2021,
    "label": None,
    "from": {"as_of": "2021-05-31", "plan_version": 1},
    "to": {"as_of": "2021-06-30", "plan_version": 1},
    "changes": [
        {
            "kpi": "coal",
            "name": {"vi": "Than sạch", "en": "Coal"},
            "unit": "thousand tonnes",
            "kind": "flow",
            "task": False,
            "label": None,
            "projected": NOT_FOLLOWED,
            "projected_mean": NOT_FOLLOWED,
            "targets": [
                {
                    "level": "assigned",
                    "period": "year",
                    "status": {"from": "at_risk", "to": "at_risk"},
                    "probability": {
                        "from": 0.62,
                        "to": 0.55,
                        "change": -0.07,
                        "parts": [
                            {"part": "plan", "change": 0.0},
                            {"part": "model", "change": 0.01},
                            {"part": "revisions", "change": -0.03},
                            {"part": "month", "change": -0.05},
                        ],
                    },
                }
            ],
            "cutoff": {"from": "2021-05", "to": "2021-06"},
            "status": {"from": "at_risk", "to": "at_risk"},
            "data_status": {"from": "estimate", "to": "estimate"},
            "stamp": {"from": "2021-05-31-a", "to": "2021-06-30-b"},
            "model_version": {"from": "1", "to": "1"},
            "sentence": {"vi": "Xác suất giảm.", "en": "The probability fell."},
        }
    ],
}


def words_of(report: Report) -> str:
    """All texts of a report, joined."""
    return render(report).decode().replace("\\", "")


def fact(report: Report, kpi: str) -> Facts:
    return next(one for one in report.facts if one.kpi.slug == kpi)


@pytest.mark.slow
def test_the_kind_follows_the_figures(made: Made) -> None:
    assert made().kind == "half-year"
    assert "6 tháng đầu năm 2021" in made().subject
    assert made(kind="month").subject.endswith("tháng 6 và 6 tháng đầu năm 2021")
    assert made(kind="quarter").subject.endswith("quý II và 6 tháng đầu năm 2021")
    with pytest.raises(InputError, match=r"expected figures through month 11 or 12"):
        made(kind="year")


def test_percentages_are_given_as_printed_and_others_have_a_footnote(made: Made) -> None:
    report = made()
    exports, coal, cement = (fact(report, kpi) for kpi in ("exports", "coal", "cement"))
    assert exports.growth_to_date is not None
    assert exports.growth_to_date.printed
    assert exports.growth_to_date.value == pytest.approx(10.06)
    assert coal.of_plan is not None
    assert (coal.of_plan.value, coal.of_plan.printed) == (42.24, True)
    assert cement.of_plan is not None
    assert not cement.of_plan.printed
    assert cement.of_plan.value == pytest.approx(100 * (cement.to_date or 0) / 900)
    text = words_of(report)
    assert "tăng 10,1% so với cùng kỳ năm trước" in text  # halves up, no footnote
    assert "bằng 42,2% kế hoạch năm" in text
    assert "* Tỷ lệ được tính lại" in text
    assert "%* kế hoạch" not in text  # sentences carry no footnote


def test_growth_that_nobody_printed_is_to_date_on_last_years_months(made: Made) -> None:
    power = fact(made(), "power")
    base = sum(month.last_year or 0 for month in power.months[:6])
    assert power.growth_to_date is not None
    assert not power.growth_to_date.printed
    assert power.growth_to_date.value == pytest.approx(100 * ((power.to_date or 0) / base - 1))


@pytest.mark.slow
def test_only_an_approved_estimate_is_printed(made: Made) -> None:
    report = made()
    text = words_of(report)
    assert "Ước cả năm đạt 1.500,0 triệu USD" in text
    assert "1.490" not in text
    assert any("chưa được phê duyệt: Than sạch" in point for point in report.open_points)
    assert "phê duyệt" not in text  # the workflow is no part of an official paper
    assert "1.490 nghìn tấn" in words_of(made(part="annex"))


def test_nothing_internal_is_in_the_official_report(
    made: Made, projections: list[ProjectionView]
) -> None:
    report = made()
    text = words_of(report)
    for one in projections:
        assert one.stamp not in text
        assert one.stamp in words_of(made(part="annex"))
    assert "Khả năng đạt" not in text
    titles = {column.title for column in report.figures.columns}
    assert not titles & {"Khả năng đạt", "Mã tra cứu", "Dự báo bình quân"}


def test_verdicts_by_estimate_and_by_projection(made: Made) -> None:
    report = made()
    exports = fact(report, "exports")
    assert exports.bound is not None
    expected = "exceeded" if exports.target and (exports.target.upper_value or 0) < 1500 else "met"
    assert exports.verdict == (expected if exports.bound <= 1500 else "unlikely")
    by_status = {"on_track": "likely", "at_risk": "at_risk", "off_track": "unlikely"}
    coal = fact(report, "coal")
    assert coal.target is not None
    assert coal.verdict == by_status[coal.target.status]


def test_the_rest_of_the_year_adds_up_to_the_plan(made: Made) -> None:
    coal = fact(made(), "coal")
    assert coal.target is not None
    assert coal.target.required is not None
    quarters = [entry.minimum for entry in coal.target.required.quarters]
    assert sum(quarters) + (coal.to_date or 0) == pytest.approx(1500)


@pytest.mark.slow
def test_drafts_and_labels_are_shown(made: Made) -> None:
    assert made().banner == "DỰ THẢO"
    assert made(lang="en", state="approved").banner == "DRAFT"
    assert made(state="issued").banner == ""
    assert made().labels == ("SỐ LIỆU KHÔI PHỤC, CHỈ ĐỂ MINH HỌA",)
    assert "LƯU HÀNH NỘI BỘ" in made(part="annex").labels


def test_headings_are_numbered(made: Made) -> None:
    headings = [block for block in made().blocks if isinstance(block, Heading)]
    first = [heading.text.split(".")[0] for heading in headings if heading.level == 1]
    assert first == ["I", "II", "III", "IV", "V", "VI"]
    place = next(i for i, heading in enumerate(headings) if heading.text.startswith("III."))
    within = [heading.text.split(".")[0] for heading in headings[place + 1 : place + 4]]
    assert within == ["1", "2", "3"]
    assert numbered([Heading("x"), Heading("y", 2), Heading("z", 3)])[2] == Heading("a) z", 3)


def test_english_counts_agree(made: Made) -> None:
    text = words_of(made(lang="en"))
    assert "The plan of 2021 sets 4 targets and tasks." in text


def test_letters_are_composed(app_state: AppState, projections: list[ProjectionView]) -> None:
    head = Letterhead(organ=unicodedata.normalize("NFD", "Sở Công Thương"))
    report = build(app_state.basis("demo-2021", date(2021, 6, 30)), projections, head, Wanted())
    assert unicodedata.is_normalized("NFC", words_of(report))
    assert report.letterhead.organ == "Sở Công Thương"


def test_a_year_without_figures_is_refused(
    app_state: AppState, projections: list[ProjectionView]
) -> None:
    before = [one.model_copy(update={"cutoff": Month(2020, 12)}) for one in projections]
    basis = app_state.basis("demo-2021", date(2021, 6, 30))
    with pytest.raises(NoObservations, match="no figure of 2021"):
        build(replace(basis), before, Letterhead("x"), Wanted())


def test_figures_keep_their_exact_values(made: Made) -> None:
    table = made().figures
    place = [column.title for column in table.columns].index("Lũy kế đến nay")
    cells = [row[place] for row in table.rows]
    values = [cell.value for cell in cells if isinstance(cell, Number)]
    assert values == [one.to_date for one in made().facts]
    assert any(isinstance(block, Paragraph) for block in made().blocks)


@pytest.mark.slow
def test_the_annex_says_why_probabilities_changed(
    app_state: AppState, projections: list[ProjectionView]
) -> None:
    changes = ChangeList.model_validate(CHANGES)
    basis = app_state.basis("demo-2021", date(2021, 6, 30))
    head = Letterhead(organ="Sở", parent="UBND")
    headings: tuple[tuple[Lang, str], ...] = (
        ("vi", "PHÂN TÍCH NGUYÊN NHÂN DỰ BÁO THAY ĐỔI"),
        ("en", "WHY PROJECTIONS MOVED"),
    )
    for lang, words in headings:
        annex = build(basis, projections, head, Wanted(lang=lang, part="annex"), changes)
        table = next(
            block
            for block in annex.blocks
            if isinstance(block, Table) and "31" in block.columns[1].title
        )
        told = [str(cell) for cell in table.rows[0]]
        minus = "−" + ("3,0" if lang == "vi" else "3.0")
        assert told[1:3] == ["62%", "55%"]
        assert told[5] == minus
        assert words in words_of(annex)
        assert changes.changes[0].sentence[lang] in words_of(annex)
        report = build(basis, projections, head, Wanted(lang=lang), changes)
        assert words not in words_of(report)  # probabilities are internal


def test_the_annex_has_no_changes_without_earlier_projections(app_state: AppState) -> None:
    assert changes_since(app_state, "demo-2021", date(2021, 6, 30)) is None
