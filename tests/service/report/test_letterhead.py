"""The letterhead that a page asks for once: kept, proposed, and what is still missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.plans.plan import Plan
from models.errors import UnreadableFile
from service.report.letterhead import FILE, Letterhead, letterhead_of, proposed, save_letterhead

PLAN = Plan("lang-son-2021", "lang-son", 2021, "Sở Công Thương tỉnh Lạng Sơn", "", "", (), ())


def test_the_name_of_the_body_proposes_the_rest() -> None:
    head = proposed(PLAN, Letterhead(organ=PLAN.body))
    assert head.parent == "UBND tỉnh Lạng Sơn"
    assert (head.symbol, head.place, head.signer_title) == ("BC-SCT", "Lạng Sơn", "Giám đốc")
    assert head.addressees == ("UBND tỉnh Lạng Sơn",)
    assert head.missing == ()
    given = proposed(PLAN, Letterhead(organ="x", symbol="BC-CT"))
    assert given.symbol == "BC-CT"  # what was given stays


def test_it_is_kept_and_other_families_and_languages_stay(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(
        "other: {organ: Sở Y tế}\nlang-son:\n  organ: {vi: Sở CT, en: Department}\n",
        encoding="utf-8",
    )
    head = proposed(PLAN, Letterhead(organ="Sở Công Thương", show_projection=True))
    save_letterhead(tmp_path, PLAN, head, "vi")
    assert letterhead_of(tmp_path, PLAN, "vi") == head
    assert letterhead_of(tmp_path, PLAN, "en").organ == "Department"
    assert "Sở Y tế" in (tmp_path / FILE).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("content", "place"),
    [("form: tt-01", r"lang-son\.form"), ("show_projection: 1", r"lang-son\.show_projection")],
)
def test_what_is_no_setting_is_refused(tmp_path: Path, content: str, place: str) -> None:
    (tmp_path / FILE).write_text(f"lang-son: {{{content}}}\n", encoding="utf-8")
    with pytest.raises(UnreadableFile, match=place):
        letterhead_of(tmp_path, PLAN, "vi")
