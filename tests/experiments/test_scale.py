"""Scale: which families a case runs, what stands on its page, and shares of the requests."""

from __future__ import annotations

import pandas as pd
import pytest

from experiments.scale.families import Shape, plan_of
from experiments.scale.page import page
from experiments.scale.run import Case
from experiments.scale.serve import MIX, mixed


def test_families_have_sizes_in_turn_and_the_last_the_rest() -> None:
    sizes = [size for _, size in Shape(500).families()]
    assert sizes == [30, 60, 90, 120, 150, 30, 20]
    assert [size for _, size in Shape(90, (30,)).families()] == [30, 30, 30]


@pytest.mark.parametrize(
    "text", ["month:240x30:local:1", "project:1000:dask:2", "month:100000/450:local:2"]
)
def test_a_case_is_written_as_it_is_read(text: str) -> None:
    assert str(Case.parse(text)) == text


def test_a_part_of_the_families_is_those_at_the_end() -> None:
    whole = Shape(1000).families()
    part = Case.parse("month:1000/250:local:2").families
    assert part == whole[-len(part) :]
    assert sum(size for _, size in part) <= 250
    assert Case.parse("month:1000:local:2").families == whole


def test_the_page_has_efficiencies_and_marks_a_missed_bar() -> None:
    def row(size: str, kpis: int, workers: int, wall: float) -> dict[str, object]:
        return {
            **{"step": "month", "size": size, "kpis": kpis, "kpis_in_database": kpis},
            **{"families": 8, "engine": "local", "workers": workers, "wall_s": wall},
            **{"cpu_s": 40.0, "cpu_s_per_kpi": 40.0 / kpis, "parent_cpu_s": 2.0},
            **{"parent_peak_mb": 200, "worker_peak_mb": 400, "worker_early_mb": 390},
            "load_before": 0.1,
        }

    cases = pd.DataFrame([row("240x30", 240, 1, 40.0), row("240x30", 240, 2, 25.0)])
    assert "from 1 to 2 workers | **0.80** | 1.00 |" in page(cases)
    sizes = pd.DataFrame([row("1000", 1000, 2, 50.0), row("10000", 10000, 2, 500.0)])
    assert "from 1,000 to 10,000 KPIs, per KPI | 1.00 | 10.00 |" in page(sizes)


def test_requests_are_mixed_in_their_shares() -> None:
    plans = [plan_of(f"province-{number}", 3) for number in range(4)]
    paths, kinds, places = mixed(plans, 2000)
    assert len(paths) == len(kinds) == 2000
    named = [plans[place].slug for place in places]
    own = [pair for pair in zip(paths, named, strict=True) if "/plans/" in pair[0]]
    assert own
    assert all(f"/{name}" in path for path, name in own)
    for kind, share in MIX.items():
        assert kinds.count(kind) / 2000 == pytest.approx(share / sum(MIX.values()), abs=0.03)
