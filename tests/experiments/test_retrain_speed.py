"""What a run shows: bars that are missed are bold, and the page around them stays."""

from __future__ import annotations

from typing import Any

from experiments.retrain_speed.run import BEGIN, END, tables, with_tables
from experiments.retrain_speed.timed import Stopwatch, under


def row(kpis: int, what: str, wall: float, cpu: float, share: float) -> dict[str, Any]:
    return {
        "kpis": kpis,
        "what": what,
        "wall_seconds": wall,
        "cpu_seconds": cpu,
        "mlflow_cpu_seconds": 3.0,
        "mlflow_overhead": share,
        "load_before": 0.2,
    }


def test_a_missed_bar_is_bold() -> None:
    shown = tables(
        {
            "retrainings": [
                row(38, "from nothing", 20.0, 30.0, 0.16),
                row(38, "a further month", 9.0, 10.1, 0.9),
                row(150, "from nothing", 180.1, 300.0, 0.15),
                row(150, "a further month", 20.0, 29.9, 0.3),
            ],
            "answer": {"kpi": "exports", "times": 50, "median_ms": 23.4, "p90_ms": 32.0},
            "make_run": {"wall_seconds": 181.0, "cpu_seconds": 150.0, "load_before": 1.0},
        }
    )
    bold = [part for place, part in enumerate(shown.split("**")) if place % 2]
    assert bold == ["16.0%", "10.1 s", "180.1 s", "181.0 s"]
    assert (
        "| 150 | a further month | 20.0 s | 29.9 s | 30 s of CPU | 3.0 s | 30.0% | 0.2 |" in shown
    )


def test_the_results_are_put_between_their_marks() -> None:
    page = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    assert with_tables(page, "new\n") == f"before\n{BEGIN}\nnew\n{END}\nafter\n"


def test_a_stopwatch_runs_within_its_blocks_alone() -> None:
    watch = Stopwatch()

    def busy(number: int) -> int:
        return sum(range(number))

    busy(200_000)
    assert watch.seconds == 0
    assert under(watch, busy)(200_000) == busy(200_000)  # type: ignore[arg-type]
    assert watch.seconds > 0
