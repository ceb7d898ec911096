"""Printed figures over HTTP: vintages, units, months, pages."""

from __future__ import annotations

from datetime import date
from typing import Any

from service.shapes.observations import ObservationList

ADDRESS = "/v1/observations?plan=demo-2018"


def test_a_revision_is_a_row_of_its_own_and_only_in_its_vintage(service: Any) -> None:
    def printed(as_of: str) -> list[tuple[str, str, date]]:
        address = f"{ADDRESS}&kpi=coal&from=2018-04&to=2018-04&as_of={as_of}"
        content = ObservationList.model_validate(service.get(address).json())
        assert content.count == len(content.observations)
        return [(one.form, one.status, one.published) for one in content.observations]

    first = [
        ("month", "estimate", date(2018, 4, 30)),
        ("year_to_date", "estimate", date(2018, 4, 30)),
    ]
    assert printed("2018-03") == []
    assert printed("2018-04") == first
    assert printed("2018-05") == [*first, ("month", "restated", date(2018, 5, 31))]


def test_rates_are_per_cent_and_figures_in_the_kpis_unit(service: Any) -> None:
    found = service.get(f"{ADDRESS}&from=2018-06").json()["observations"]
    units = {(one["kpi"], one["form"]): one["unit"] for one in found}
    assert units["coal", "month"] == "thousand tonnes"
    assert units["output", "rate_to_date"] == "%"
    assert {one["month"] for one in found} == {"2018-06"}
    assert {one["kpi"] for one in found} == {"coal", "steel", "output"}
    assert all(one["source"] == "made" for one in found)


def test_pages_follow_one_another_to_the_end(service: Any) -> None:
    whole = service.get(f"{ADDRESS}&as_of=2018-06&limit=10000").json()
    assert whole["next"] is None
    gathered: list[dict[str, Any]] = []
    address: str | None = f"{ADDRESS}&as_of=2018-06&limit=400"
    while address:
        page = service.get(address).json()
        assert page["count"] == whole["count"]
        gathered += page["observations"]
        address = page["next"]
    assert gathered == whole["observations"]
    days = [one["published"] for one in gathered]
    assert days == sorted(days)
