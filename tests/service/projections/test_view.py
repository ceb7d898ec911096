"""The view is the declared shape: its JSON parses back to the same bytes."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from data.ledger.projections import recorded_projection
from models.series import Month
from service.projections.replay import entry_of
from service.projections.shape import as_json, encode
from service.projections.stamps import stamp_of
from service.projections.view import (
    HistoryView,
    MonthView,
    ProjectionsView,
    ProjectionView,
    StampView,
    Unstamped,
    YearView,
)

LIST = "/v1/plans/demo-2018/projections"
BAND = {"0.025": 1, "0.1": 2.0, "0.5": 1 / 3, "0.9": 4.0, "0.975": -0.0}


def month(**changes: Any) -> MonthView:
    one = {"month": "2021-07", "status": "projected", "median": 8, "quantiles": BAND}
    return MonthView.model_validate(one | {"cumulative": {}} | changes)


def test_numbers_keep_their_form_and_ten_digits() -> None:
    assert encode(month()) == (
        b'{"month":"2021-07","status":"projected","median":8,"quantiles":{"0.025":1,"0.1":2.0,'
        b'"0.5":0.3333333333,"0.9":4.0,"0.975":0.0},"cumulative":{}}'
    )
    assert encode(month(median=8.0, quantiles={})).startswith(
        b'{"month":"2021-07","status":"projected","median":8.0,"quantiles":{}'
    )
    assert encode(month(median=1e16)).count(b"1e+16") == 1  # as Python writes it


@pytest.mark.parametrize("median", ["8", True, None, float("nan")])
def test_what_is_no_number_is_refused(median: Any) -> None:
    with pytest.raises(ValidationError, match="median"):
        month(median=median)


def test_fields_are_typed_and_nothing_is_filled_in_later() -> None:
    one = month()
    assert one.month == Month(2021, 7)
    assert one.cumulative is None
    assert one.quantiles is not None
    assert one.quantiles.q90 == 4.0
    with pytest.raises(ValidationError, match="frozen"):
        one.median = 9  # type: ignore[misc]
    for wrong in ({"month": "July"}, {"more": 1}, {"quantiles": {"0.1": 1.0}}):
        with pytest.raises(ValidationError):
            month(**wrong)


@pytest.mark.parametrize("as_of", ["2018-05", "2018-06"])
def test_every_projection_reads_back_to_the_same_bytes(service: Any, as_of: str) -> None:
    answer = service.get(f"{LIST}?as_of={as_of}")
    found = ProjectionsView.model_validate(answer.json())
    assert encode(found) == answer.content
    assert {one.projected is None for one in found.projections} == {True, False}
    for one in found.projections:
        content = service.get(f"{LIST}/{one.kpi}?as_of={as_of}").content
        assert encode(ProjectionView.model_validate_json(content)) == content


def test_history_and_stamps_too(own_service: Any) -> None:
    own_service.app.state.vedich.give_out("demo-2018", date(2018, 6, 30))
    content = own_service.get(f"{LIST}/coal/history?as_of=2018-06").content
    history = HistoryView.model_validate_json(content)
    assert encode(history) == content
    assert history.history[0].hindsight  # a month without a model
    told = own_service.get(f"/v1/stamps/{history.history[-1].stamp}").content
    assert encode(StampView.model_validate_json(told)) == told


def test_a_stored_projection_gives_its_stamp_again(own_service: Any) -> None:
    store = own_service.app.state.vedich.store
    own_service.app.state.vedich.give_out("demo-2018", date(2018, 6, 30))
    for one in own_service.get(f"{LIST}?as_of=2018-06").json()["projections"]:
        entry = entry_of(recorded_projection(store, one["stamp"]))
        assert json.loads(encode(entry.projection)) | {"official_estimate": None} == one
        body = Unstamped.model_construct(
            **{name: getattr(entry.projection, name) for name in Unstamped.model_fields}
        )
        assert stamp_of(body, entry.inputs) == one["stamp"]
        assert entry.inputs.as_of == date(2018, 6, 30)


def test_a_band_has_all_levels() -> None:
    year = YearView.model_validate({"mean": 1.0, "median": 1.0, "quantiles": BAND})
    assert list(as_json(year.quantiles)) == list(BAND)
