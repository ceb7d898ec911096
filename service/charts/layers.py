"""Chart marks on a shared time axis of months."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import altair as alt

from service.charts.fan import Row
from service.texts import Lang


def rows_chart(rows: Sequence[Row]) -> alt.Chart:
    """A chart without marks on rows."""
    return alt.Chart(alt.InlineData(values=tuple(rows)))


def line(
    rows: Sequence[Row], color: str, dash: list[int] | None = None, width: float = 1.8
) -> alt.Chart:
    """A line through the values; dashed where `dash` gives the pattern."""
    plain = rows_chart(rows).mark_line(color=color, strokeWidth=width, strokeDash=dash or [1, 0])
    chart: alt.Chart = plain.encode(x=alt.X("month:T"), y=y_axis("value"))
    return chart


def point_label(
    row: Row,
    text: str,
    color: str,
    dx: int = 7,
    dy: int = 0,
    align: Literal["left", "right"] = "left",
) -> alt.Chart:
    """A text beside a point, offset by `dx` and `dy` points; `align` is the end at the point."""
    plain = rows_chart([{**row, "tag": text}]).mark_text(
        color=color, align=align, dx=dx, dy=dy, fontSize=11
    )
    chart: alt.Chart = plain.encode(x=alt.X("month:T"), y=y_axis("value"), text=alt.Text("tag:N"))
    return chart


def dot(row: Row, color: str) -> alt.Chart:
    """A point."""
    plain = rows_chart([row]).mark_circle(color=color, size=45, opacity=1)
    chart: alt.Chart = plain.encode(x=alt.X("month:T"), y=y_axis("value"))
    return chart


def y_axis(field: str) -> alt.Y:
    """Values; the axis need not start at zero."""
    return alt.Y(
        f"{field}:Q", title=None, scale=alt.Scale(zero=False), axis=alt.Axis(format=",~f")
    )


def x_axis(lang: Lang) -> alt.X:
    """Months; the year is written below January."""
    prefix = "T" if lang == "vi" else ""
    label = (
        f"month(datum.value) == 0 ? ['{prefix}1', year(datum.value)]"
        f" : '{prefix}' + (month(datum.value) + 1)"
    )
    axis = alt.Axis(labelExpr=label, tickCount={"interval": "month", "step": 1}, grid=False)
    return alt.X("month:T", title=None, axis=axis)


def number_locale(lang: Lang) -> dict[str, Any]:
    """How Vega writes numbers."""
    decimal, thousands = (",", ".") if lang == "vi" else (".", ",")
    return {
        "decimal": decimal,
        "thousands": thousands,
        "grouping": [3],
        "currency": ["", ""],
        "minus": "−",
    }
