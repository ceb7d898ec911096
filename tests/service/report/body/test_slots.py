"""What only people can write: open and visible, listed before signing, or printed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from data.plans.report_texts import report_texts, write_report_text
from models.series import Month
from service.projections.view import ProjectionView
from service.report.body.material import Entered
from service.report.build import Wanted, build
from service.report.document import Paragraph, Report
from service.report.letterhead import Letterhead
from service.state.app_state import AppState

Made = Callable[..., Report]
DAY = date(2021, 6, 30)


def test_open_slots_are_visible_and_listed(made: Made) -> None:
    report = made()
    slots = [
        one.text for one in report.blocks if isinstance(one, Paragraph) and one.style == "slot"
    ]
    assert len(slots) == 4
    assert all(text.startswith("[……") for text in slots)
    for point in ("I. Bối cảnh", "VI. Đề xuất, kiến nghị", "Nơi kính gửi"):
        assert point in report.open_points
    assert "Cơ quan chủ quản (UBND tỉnh, thành phố)" not in report.open_points  # it is given


def test_what_people_wrote_takes_the_place_of_the_slot(
    app_state: AppState, projections: list[ProjectionView]
) -> None:
    entered = Entered({"measures": "Một.\n\nHai."}, {"coal": ("Mưa lũ kéo dài.",)})
    basis = app_state.basis("demo-2021", DAY)
    report = build(basis, projections, Letterhead("Sở"), Wanted(), entered=entered)
    words = [one.text for one in report.blocks if isinstance(one, Paragraph)]
    assert words.count("Một.") == words.count("Hai.") == 1
    assert "Than sạch: Mưa lũ kéo dài." in words
    assert "V.2. Giải pháp thực hiện" not in report.open_points


def test_the_newest_text_counts_and_an_empty_one_opens_the_slot(app_state: AppState) -> None:
    plan = app_state.basis("demo-2021", DAY).plan
    may = Month(2021, 5)
    for text in ("cũ", "  mới  "):
        write_report_text(app_state.store, plan, may, "causes", text, "os:a")
    assert report_texts(app_state.store, "demo-2021", may) == {"causes": "mới"}
    write_report_text(app_state.store, plan, may, "causes", "", "os:a")
    assert report_texts(app_state.store, "demo-2021", may) == {}
