"""Progress beside the time gone and the seasonal pace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from service.report.body.pace import Pace, behind_sentence, behind_since, pace_of, pace_table
from service.report.document import Report

Made = Callable[..., Report]


def test_both_paces_and_their_distances(made: Made) -> None:
    coal = next(one for one in made().facts if one.kpi.slug == "coal")
    pace = pace_of(coal)
    assert pace is not None
    assert pace.linear == 50.0
    assert pace.done == 42.24  # as printed
    assert pace.usual == pytest.approx(100 * (coal.usual or ())[5])
    assert pace.behind_linear == pytest.approx(7.76)
    words = behind_sentence(coal, pace, "vi")
    assert "42,2% kế hoạch" in words
    assert "chậm 7,8 điểm phần trăm so với tiến độ thời gian (50,0%)" in words
    table = pace_table(made().facts, "vi")
    assert table is not None
    assert any("−7,8" in str(cell) for row in table.rows for cell in row)


def test_a_season_that_is_slow_is_said_to_be_ahead(made: Made) -> None:
    coal = next(one for one in made().facts if one.kpi.slug == "coal")
    assert "nhanh hơn tiến độ mùa vụ (40,0%) 2,2" in behind_sentence(
        coal, Pace(42.24, 50.0, 40.0), "vi"
    )


def test_since_when_it_is_behind(made: Made) -> None:
    coal = next(one for one in made().facts if one.kpi.slug == "coal")
    early = tuple(0.0 if place < 3 else 1.0 for place in range(12))  # due from April on
    since = behind_since(replace(coal, usual=early))
    assert since is not None
    assert str(since) == "2021-04"
    assert behind_since(replace(coal, usual=(0.0,) * 12)) is None
