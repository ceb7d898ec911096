"""Low, base and high beside the forecast and the department's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from service.analysis.scenario_table import around
from service.cli.main import main
from service.shapes.scenario_table import ScenarioTable
from tests.service.conftest import Client

BASE = "/v1/plans/demo-2018"
LATE = {
    **{"kpi": "coal", "name": "Mỏ mới", "name_en": "New mine", "start": "2018-09"},
    **{"amount": 10.0, "on_time": 0.5, "accepted": True, "day": "2018-06-30"},
}
OWN = {
    "name": "less coal",
    "as_of": "2018-06",
    "changes": [{"kpi": "coal", "shape": "percent", "months": ["2018-12"], "value": -20.0}],
}


def table(service: Client) -> ScenarioTable:
    answer = service.get(f"{BASE}/scenarios/side-by-side?as_of=2018-06")
    assert answer.status_code == 200, answer.text
    return ScenarioTable.model_validate(answer.json())


def years(found: ScenarioTable, kpi: str) -> dict[str, Any]:
    [row] = [one for one in found.rows if one.kpi == kpi]
    return {column.column: cell for column, cell in zip(found.scenarios, row.cells, strict=True)}


def test_scenarios_are_ordered_and_add_up(own_service: Client) -> None:
    found = table(own_service)
    assert [one.column for one in found.scenarios] == ["forecast", "low", "base", "high"]
    coal, steel, both = (years(found, kpi) for kpi in ("coal", "steel", "both"))
    for column in ("low", "base", "high"):
        parts = coal[column].projected + steel[column].projected
        assert both[column].projected == pytest.approx(parts, rel=1e-8)
    aimed = [row.kpi for row in found.rows if row.cells[0].probability is not None]
    for kpi in aimed:
        one = years(found, kpi)
        assert one["low"].projected < one["base"].projected < one["high"].projected
        assert one["low"].probability <= one["base"].probability <= one["high"].probability
    assert aimed


def test_projects_are_late_in_the_low_scenario_and_on_time_in_the_high_one(
    own_service: Client,
) -> None:
    before = years(table(own_service), "coal")
    own_service.post(f"{BASE}/projects", json=LATE)
    found = table(own_service)
    after = years(found, "coal")
    gained = {name: after[name].projected - before[name].projected for name in before}
    assert gained["high"] == pytest.approx(40.0)
    assert 5.0 < gained["low"] < 25.0
    assert gained["low"] < gained["base"] < gained["high"]
    said = {one.column: [part.en for part in one.assumptions] for one in found.scenarios}
    assert said["low"][-1] == "Projects late: New mine."
    assert said["high"][-1] == "Projects on time: New mine."
    assert said["base"][-1] == said["forecast"][-1]


def test_the_departments_own_stand_beside_them(own_service: Client) -> None:
    saved = own_service.post(f"{BASE}/scenarios", json=OWN).json()
    found = table(own_service)
    last = found.scenarios[-1]
    assert (last.column, last.id, last.name.vi) == ("own", saved["id"], "less coal")
    assert years(found, "coal")["own"].projected < years(found, "coal")["forecast"].projected
    assert years(found, "steel")["own"].projected is None


def test_futures_around_a_quantile_are_a_tenth_of_all() -> None:
    places = np.random.default_rng(1).permutation(2000).astype(float)
    assert sorted(places[around(places, 0.9)]) == list(range(1700, 1900))


def test_the_page_shows_them_side_by_side(own_service: Client) -> None:
    page = own_service.get("/plans/demo-2018/what-if?as_of=2018-06&lang=vi&variants=1").text
    assert "Phương án thấp, cơ sở, cao" in page
    assert "cơ sở" in page.lower()


@pytest.mark.slow
def test_the_same_at_the_command_line(
    home: Path, capsys: pytest.CaptureFixture[str], run: Callable[..., str]
) -> None:
    shown = run("scenario", "compare", "--as-of", "2018-06", "--lang", "en")
    assert "Forecast" in shown
    assert "around the worst tenth" in shown
    assert '"column": "low"' in run(
        "scenario", "compare", "--as-of", "2018-06", "--format", "json"
    )


@pytest.fixture
def run(home: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """A command's output; it must succeed."""

    def command(*arguments: str) -> str:
        with pytest.raises(SystemExit) as ended:
            main([*arguments, "--plan", "demo-2018"])
        assert ended.value.code == 0
        return capsys.readouterr().out

    return command
