"""What if: beside the projection, saved, internal, and never taken for a projection."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import DatabaseError

from data.db import tables
from data.db.audit import entries
from data.db.store import Store
from data.plans.rows import load_plan
from data.samples.closures import closures
from data.settings import Settings
from data.vintages.panel_rows import load_panel
from models.series import Month
from service.analysis.closures import assumed, presets

pytestmark = pytest.mark.slow

PLAN = "/v1/plans/demo-2018"
LESS = {"kpi": "coal", "shape": "percent", "months": ["2018-11", "2018-12"], "value": -20.0}


def suppose(service: Any, *changes: dict[str, Any], query: str = "", **more: Any) -> Any:
    body = {"name": "a name", "as_of": "2018-06", "changes": list(changes), **more}
    return service.post(f"{PLAN}/scenarios{query}", json=body)


def test_the_difference_is_the_lever_alone(own_service: Any) -> None:
    saved = suppose(own_service, LESS).json()
    projection = own_service.get(f"{PLAN}/projections/coal?as_of=2018-06").json()
    coal = saved["results"][0]
    assert coal["baseline"]["projected"] == projection["projected"]
    assert coal["baseline_stamp"] == projection["stamp"]
    means = {month["month"]: month["median"] for month in projection["months"]}
    lost = 0.2 * (means["2018-11"] + means["2018-12"])
    assert coal["difference"]["median"] == pytest.approx(-lost, rel=0.05)
    assert coal["changed_months"] == ["2018-11", "2018-12"]
    before, after = coal["baseline"], coal["scenario"]
    assert after["targets"][0]["probability"] < before["targets"][0]["probability"]
    untouched = [month for month in after["months"] if month["month"] < "2018-11"]
    assert untouched == [month for month in before["months"] if month["month"] < "2018-11"]
    assert (coal["unit"], coal["cutoff"], saved["as_of"]) == (
        "thousand tonnes", "2018-06", "2018-06-30",
    )  # fmt: skip


def test_a_total_moves_with_its_part(own_service: Any) -> None:
    found = {one["kpi"]: one for one in suppose(own_service, LESS).json()["results"]}
    assert list(found) == ["coal", "both"]
    assert found["both"]["moved_by"] == ["coal"]
    moved, part = (found[kpi]["difference"]["mean"] for kpi in ("both", "coal"))
    assert moved == pytest.approx(part, rel=1e-6)
    twice = suppose(own_service, LESS, LESS | {"kpi": "both"})
    assert twice.status_code == 422
    assert "change one of them" in twice.json()["detail"]


def test_it_is_kept_with_who_and_when_and_listed(own_service: Any) -> None:
    made = suppose(own_service, LESS, note="if the mine floods")
    saved = made.json()
    assert made.status_code == 201
    assert own_service.get(made.headers["location"]).json() == saved
    listed = own_service.get(f"{PLAN}/scenarios").json()
    assert [one["id"] for one in listed["scenarios"]] == [saved["id"]]
    assert (saved["by"], saved["note"]) == ("local", "if the mine floods")
    assert saved["definition"]["changes"] == [LESS]
    (entry,) = entries(own_service.app.state.vedich.store, action="scenario.save")
    assert (entry.by, entry.subject) == ("local", f"demo-2018/{saved['id']}")


def test_it_can_be_computed_and_forgotten(own_service: Any) -> None:
    found = suppose(own_service, LESS, query="?keep=false").json()
    assert (found["id"], found["at"]) == (None, None)
    assert own_service.get(f"{PLAN}/scenarios").json()["scenarios"] == []


def test_the_database_refuses_to_change_one(own_service: Any) -> None:
    suppose(own_service, LESS)
    store = own_service.app.state.vedich.store
    for change in (update(tables.scenarios).values(name="other"), delete(tables.scenarios)):
        with pytest.raises(DatabaseError, match="append-only"), store.writing() as connection:
            connection.execute(change)


def test_it_touches_no_projection_and_has_no_stamp(own_service: Any) -> None:
    before = own_service.get(f"{PLAN}/projections?as_of=2018-06").content
    saved = suppose(own_service, LESS).json()
    assert own_service.get(f"{PLAN}/projections?as_of=2018-06").content == before
    assert saved["internal"] is True
    assert "nội bộ" in saved["notice"]["vi"]
    assert "stamp" not in saved
    assert all("stamp" not in one["scenario"] for one in saved["results"])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (LESS | {"months": ["2018-05"]}, "still to come"),
        (LESS | {"months": ["May"]}, "YYYY-MM"),
        (LESS | {"kpi": "bridge"}, "has no projection"),
        (LESS | {"value": None}, "needs a value"),
    ],
)
def test_what_cannot_be_supposed_is_refused(
    own_service: Any, change: dict[str, Any], words: str
) -> None:
    refused = suppose(own_service, change)
    assert refused.status_code == 422
    assert words in refused.json()["detail"]
    assert own_service.get(f"{PLAN}/scenarios").json()["scenarios"] == []


def test_unknown_ones_and_empty_ones(own_service: Any) -> None:
    assert own_service.get(f"{PLAN}/scenarios/7").status_code == 404
    assert suppose(own_service, LESS | {"kpi": "gold"}).status_code == 404
    assert "nothing is changed" in suppose(own_service).json()["detail"]
    assert "needs a name" in suppose(own_service, LESS, name=" ").json()["detail"]


def test_a_closure_is_ready_for_any_plan(own_service: Any) -> None:
    ready = own_service.get(f"{PLAN}/scenarios").json()["presets"]
    assert [one["preset"] for one in ready] == ["border-closure"]
    assert ready[0]["to_enter"] == ["share"]
    request: dict[str, Any] = {
        "preset": "border-closure",
        "kpi": "coal",
        "assumptions": {"share": 31.0},
    }
    saved = suppose(own_service, **request, name="").json()
    assert saved["name"] == "Đóng cửa khẩu cuối năm"
    share, days = saved["assumptions"]
    assert (share["value"], share["unit"], days["value"]) == (31.0, "%", 14)
    coal = saved["results"][0]
    december = {end: coal[end]["months"][-1]["median"] for end in ("baseline", "scenario")}
    assert december["scenario"] == pytest.approx(december["baseline"] * (1 - 0.14))
    without = suppose(own_service, preset="border-closure", kpi="coal")
    assert "needs the assumption 'share'" in without.json()["detail"]
    nowhere = suppose(own_service, preset="border-closure", assumptions={"share": 31.0})
    assert "needs the KPI" in nowhere.json()["detail"]
    unknown = suppose(own_service, preset="flood")
    assert "has no preset" in unknown.json()["detail"]
    odd: dict[str, Any] = {
        "preset": "border-closure",
        "kpi": "coal",
        "assumptions": {"share": 131.0},
    }
    assert "up to 100" in suppose(own_service, **odd).json()["detail"]


@pytest.mark.slow
def test_the_sample_of_lang_son_brings_the_closure_of_tan_thanh(sample_home: Any) -> None:
    store = Store.open(Settings(home=sample_home, mlflow_tracking_uri=None).store_url)
    plan = load_plan(store, "lang-son-2021")
    ready = {one.preset: one for one in presets(plan)}
    assert ready["tan-thanh-closure"].assumptions == {"share": 25.8, "first_day": 18}
    assert "số liệu minh họa" in ready["tan-thanh-closure"].basis.vi
    event = assumed(plan, "tan-thanh-closure", {"share": 31.0}, None).event
    assert (event.start, event.shape) == (Month(2021, 12), "pulse")
    assert event.size == pytest.approx(-0.14)
    # the shares are those of figures of the sample itself
    panel, december = load_panel(store, "lang-son"), date(2021, 12, 31)
    gate, customs, province = (
        panel.series_as_of(kpi, december).calendar_year(2021)
        for kpi in ("turnover_tan_thanh", "turnover_customs", "turnover")
    )
    by_customs = 100 * gate[:2].sum() / customs[:2].sum()
    assert round(by_customs, 1) == ready["tan-thanh-closure-customs"].assumptions["share"]
    through = 100 * gate[:6].sum() / province[:6].sum()
    assert round(through, 1) == ready["tan-thanh-closure"].assumptions["share"]
    store.close()


def test_other_plans_have_no_closure_of_their_own() -> None:
    assert closures("demo-2018") == ()
    assert closures("..") == ()
