"""The benchmark's results as people read them: a table in Markdown and a plot."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import altair as alt
import pandas as pd
import vl_convert

_SHOWN = (
    "annual_error",
    "median_error",
    "crps",
    "coverage_80",
    "coverage_95",
    "width_80",
    "brier",
)


def readable(
    table: pd.DataFrame,
    compared: pd.DataFrame,
    reliable: pd.DataFrame,
    left_out: Mapping[str, int],
    about: Mapping[str, object],
) -> str:
    """Markdown; errors, coverage and widths in per cent, CPU in milliseconds."""
    lines = [f"Panel {about['panel']}, prior through {about['prior_through']}.", ""]
    lines += [
        "| Method | Months known | n | Annual error | Median | CRPS | In 80 % | In 95 % "
        "| Width 80 % | Brier | CPU ms |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for record in table.to_dict("records"):
        cells = [_percent(record[name]) for name in _SHOWN[:-1]]
        if pd.notna(record["coverage_80_low"]):
            low, high = record["coverage_80_low"], record["coverage_80_high"]
            cells[3] += f" ({100 * low:.0f} to {100 * high:.0f})"
        brier = "" if pd.isna(record["brier"]) else f"{record['brier']:.4f}"
        lines.append(
            f"| {record['method']} | {record['cut']} | {record['n']} | {' | '.join(cells)} "
            f"| {brier} | {1000 * record['cpu_seconds']:.1f} |"
        )
    if len(compared):
        lines += [
            "",
            "Our mean score ÷ the peer's (95 % interval, series drawn with replacement):",
            "",
        ]
        lines += ["| Peer | Score | Ratio |", "|---|---|---|"]
        lines += [
            f"| {one.peer} | {one.score} | {one.ratio:.3f} ({one.low:.3f} to {one.high:.3f}) |"
            for one in compared.itertuples()
        ]
    lines += ["", "How often growth targets (−10 to +10 %) were reached:", ""]
    lines += ["| Probability given | n | Mean given | Share reached |", "|---|---|---|---|"]
    lines += [
        f"| {one.low:.1f} to {one.high:.1f} | {one.n:.0f} | {one.mean_probability:.2f} "
        f"| {one.share_met:.2f} |"
        for one in reliable.itertuples()
    ]
    counted = ", ".join(f"{reason}: {count}" for reason, count in left_out.items())
    return "\n".join([*lines, "", f"Years left out: {counted}."]) + "\n"


def plot(table: pd.DataFrame, file: Path) -> None:
    """Annual error by months known, one line per method."""
    rows = table.loc[table["cut"] != "all", ["method", "cut"]].assign(
        error=100 * table["annual_error"]
    )
    chart = (
        alt.Chart(alt.InlineData.from_dict({"values": rows.to_dict("records")}))
        .mark_line(point=True)
        .encode(
            x=alt.X("cut:O", title="months known", axis=alt.Axis(labelAngle=0)),
            y=alt.Y("error:Q", title="mean annual error, % of last year's total"),
            color=alt.Color("method:N", title=None),
            strokeWidth=alt.condition("datum.method == 'vedich'", alt.value(3), alt.value(1.2)),
        )
        .properties(width=420, height=260)
    )
    file.write_bytes(vl_convert.vegalite_to_png(chart.to_json(), scale=2))


def _percent(value: float) -> str:
    return "" if pd.isna(value) else f"{100 * value:.2f} %"
