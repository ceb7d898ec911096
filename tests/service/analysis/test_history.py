"""The history of a probability, with and without models of its own."""

from __future__ import annotations

from datetime import date
from typing import Any

from service.analysis.history import history_of

PLAN = "demo-2018"


def test_a_month_without_a_model_is_answered_in_hindsight_and_marked(service: Any) -> None:
    app_state = service.app.state.vedich
    points = history_of(app_state, PLAN, "coal", "2018-06").history
    assert [point.hindsight for point in points] == [True, True, False, False, False, False]
    assert all(point.probability is not None for point in points)
    assert [point.stamp is None for point in points] == [point.hindsight for point in points]
    assert {point.model_version for point in points[:2]} == {"2"}  # that of the day shown
    own = app_state.issued(PLAN, "coal", date(2018, 5, 31)).view
    assert (points[4].probability, points[4].stamp) == (own.probability, own.stamp)


def test_what_is_said_in_hindsight_knows_no_later_figure(service: Any) -> None:
    app_state = service.app.state.vedich
    first, *_ = history_of(app_state, PLAN, "coal", "2018-06").history
    assert str(first.cutoff) == "2018-01"
    asked = app_state.issued(PLAN, "coal", date(2018, 1, 31), date(2018, 6, 30)).view
    assert all(month.status == "projected" for month in asked.months[1:])
