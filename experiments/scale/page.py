"""The cases as a page: what each took, and how near to linear they are."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

BAR = 0.85  # of linear
STEPS = {
    "retrain": "first retraining, nothing kept",
    "month": "a further month",
    "project": "all projections",
}


def page(cases: pd.DataFrame) -> str:
    """A table of the cases, then their efficiencies, as Markdown.

    Parameters
    ----------
    cases : a row per case, as of `experiments.scale.run.measured`
    """
    return "\n".join([*_table(cases), "", *_efficiencies(cases), ""])


def _table(cases: pd.DataFrame) -> Iterator[str]:
    yield (
        "| Step | KPIs run, in families | KPIs in the database | Where | Wall s | CPU s | "
        "CPU s per KPI | of the parent | Peak MB: parent | largest worker | the same after a "
        "third of the time | Load before |"
    )
    yield "| --- " * 12 + "|"
    for one in cases.sort_values(
        ["step", "kpis", "kpis_in_database", "engine", "workers"]
    ).to_dict("records"):
        where = f"{one['engine']}, {one['workers']}"
        yield (
            f"| {STEPS[one['step']]} | {one['kpis']:,}, {one['families']} "
            f"| {one['kpis_in_database']:,} | {where} | {one['wall_s']:.0f} "
            f"| {one['cpu_s']:.0f} "
            f"| {one['cpu_s_per_kpi']:.3f} | {one['parent_cpu_s']:.0f} "
            f"| {one['parent_peak_mb']:.0f} "
            f"| {one['worker_peak_mb']:.0f} | {one['worker_early_mb']:.0f} "
            f"| {one['load_before']:.1f} |"
        )


def _efficiencies(cases: pd.DataFrame) -> Iterator[str]:
    """Of two workers beside one, and of each larger size beside the smallest of its kind."""
    yield "| Efficiency (1 is linear; the bar is 0.85) | by wall time | by CPU time |"
    yield "| --- | --- | --- |"
    for (step, size, engine), same in cases.groupby(["step", "size", "engine"]):
        by_workers = same.set_index("workers")
        if not {1, 2} <= {*by_workers.index}:
            continue
        wall, cpu = (
            {number: float(by_workers[name][number]) for number in (1, 2)}
            for name in ("wall_s", "cpu_s")
        )
        yield (
            f"| {STEPS[str(step)]}, {size} KPIs, {engine}: from 1 to 2 workers "
            f"| {_judged(wall[1] / (2 * wall[2]))} | {_judged(cpu[1] / cpu[2])} |"
        )
    mixed = cases[~cases["size"].str.contains("x")]
    for (step, engine, workers), same in mixed.groupby(["step", "engine", "workers"]):
        ordered = same.sort_values(["kpis_in_database", "kpis"])
        least = ordered.iloc[0]
        for _, one in ordered.iloc[1:].iterrows():
            wall = (least["wall_s"] / least["kpis"]) / (one["wall_s"] / one["kpis"])
            yield (
                f"| {STEPS[str(step)]}, {engine}, {workers}: from {least['kpis_in_database']:,} "
                f"to {one['kpis_in_database']:,} KPIs, per KPI | {_judged(wall)} "
                f"| {_judged(least['cpu_s_per_kpi'] / one['cpu_s_per_kpi'])} |"
            )


def _judged(efficiency: float) -> str:
    return f"{efficiency:.2f}" if efficiency >= BAR else f"**{efficiency:.2f}**"
