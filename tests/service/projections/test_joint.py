"""The joint probability comes from the paths of each KPI and changes no projection."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.db.store import Store
from data.plans.kpi import Kpi
from data.plans.rows import load_plan, save_plan
from models.targets.target import Target, TargetLevel
from service.cli.main import main
from service.projections.issue import Issued
from service.projections.joint import joint_probability
from service.projections.shape import as_json
from service.projections.tables import joint_probability_text
from service.projections.view import ProjectionView, StampInputs, TargetView

LIST = "/v1/plans/demo-2018/projections?as_of=2018-06"


INPUTS = StampInputs(
    plan="p-2021", plan_version=1, kpi="", as_of=date(2021, 6, 30), data="", bundle=None,
    seed=None, events=None,
)  # fmt: skip


def issued(kpi: str, met: list[bool] | None, *levels: TargetLevel) -> Issued:
    partial: Any = TargetView.model_construct, ProjectionView.model_construct  # what is read
    targets = tuple(partial[0](level=level) for level in levels)
    view = partial[1](kpi=kpi, targets=targets, projected=None, probability=None)
    return Issued(view, INPUTS, None if met is None else np.array(met))


def test_by_hand() -> None:
    found = joint_probability(
        [
            issued("coal", [True, True, False, False], "assigned"),
            issued("steel", [True, False, True, False], "assigned", "stretch"),
            issued("bridge", None, "assigned"),
            issued("output", None, "indicative"),
        ]
    )
    assert found is not None
    assert as_json(found) == {
        "targets": 2,
        "all": 0.25,
        "at_least": [1.0, 0.75, 0.25],
        "without": ["bridge"],
    }
    assert "cả 2 chỉ tiêu được giao: 25%" in joint_probability_text(found, "vi")
    assert "all 2 assigned targets met 25%; at least 1 of them 75%" in joint_probability_text(
        found, "en"
    )
    assert "bridge" in joint_probability_text(found, "en")


def test_without_any_probability_there_is_no_joint_probability() -> None:
    assert joint_probability([issued("bridge", None, "assigned"), issued("coal", None)]) is None


def test_it_agrees_with_the_probabilities_of_each(service: Any) -> None:
    answer = service.get(LIST).json()
    found = answer["together"]
    each = [one["probability"] for one in answer["projections"] if one["probability"] is not None]
    assert found["targets"] == len(each)
    assert found["without"] == ["bridge"]
    assert found["at_least"][0] == 1.0
    assert found["at_least"] == sorted(found["at_least"], reverse=True)
    # the expected number of targets met is the sum of their probabilities, however they move
    assert sum(found["at_least"][1:]) == pytest.approx(sum(each))
    assert found["all"] <= min(each)


def test_another_kpi_changes_no_other_number(own_service: Any) -> None:
    store: Store = own_service.app.state.vedich.store
    before = own_service.get(LIST).json()["projections"]
    plan = load_plan(store, "demo-2018")
    zinc = Kpi("zinc", "Kẽm", "Zinc", "thousand tonnes")
    version = replace(
        plan.versions[-1],
        number=3,
        targets=(("zinc", Target("at_least", 1.0, source="made")), *plan.versions[-1].targets),
    )
    save_plan(store, replace(plan, kpis=(zinc, *plan.kpis), versions=(*plan.versions, version)))
    after = {one["kpi"]: one for one in own_service.get(LIST).json()["projections"]}
    assert set(after) == {"zinc", *(one["kpi"] for one in before)}
    for one in before:
        for key in ("projected", "probability", "months", "growth_on_last_year", "status"):
            assert after[one["kpi"]][key] == one[key]


@pytest.mark.slow
@pytest.mark.parametrize(("kpi", "shown"), [(None, True), ("coal", False)])
def test_the_command_line_says_it_of_a_whole_plan(
    home: Path, capsys: pytest.CaptureFixture[str], kpi: str | None, shown: bool
) -> None:
    given = ["project", "--plan", "demo-2018", "--as-of", "2018-06", "--lang", "en"]
    with pytest.raises(SystemExit) as ended:
        main([*given, "--kpi", kpi] if kpi else given)
    assert ended.value.code == 0
    assert ("all 3 assigned targets met" in capsys.readouterr().out) is shown
