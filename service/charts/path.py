"""The path of a KPI's year that is over: what was said of it month by month, and what came."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import altair as alt

from service.charts.fan import Row
from service.charts.fan_chart import BLUE, DARK, FONT, GREY, RED
from service.charts.layers import number_locale, rows_chart, x_axis
from service.texts import TEXT, Lang, chance, number

GREEN = "#1b7f4d"
WIDTH, HEIGHT, LOWER = 560, 220, 150


@dataclass(frozen=True)
class PathPoint:
    """What was said of the year on a day.

    Attributes
    ----------
    day : the vintage
    median, low, high : of the year's distribution, the 80 % interval, in the KPI's unit
    bounds : of the target that leads, lower and upper, those that it has
    probability : of that target, 0 to 1
    estimate : official one of the month
    live : given out in time; otherwise computed afterwards
    """

    day: date
    median: float | None
    low: float | None
    high: float | None
    bounds: tuple[float, ...]
    probability: float | None
    estimate: float | None
    live: bool


@dataclass(frozen=True)
class PathEnd:
    """What came, in the KPI's unit: December's estimate, the final figure; whether it was met."""

    year: int
    came: float | None
    final: float | None
    met: bool | None


def path_chart(
    points: Sequence[PathPoint], end: PathEnd, unit: str, lang: Lang, decimals: int
) -> alt.TopLevelMixin:
    """The projected year above, the probability of the target below, each with what came.

    Parameters
    ----------
    points : by day, at least one
    unit : of the KPI's year, for people
    decimals : of its figures
    """
    panels = [_year(points, end, unit, lang, decimals)]
    if any(point.probability is not None for point in points):
        panels.append(_probability(points, end, lang))
    chart: alt.TopLevelMixin = (
        alt.vconcat(*panels, spacing=14)
        .resolve_scale(color="independent", fill="independent", x="independent")
        .properties(background="white", padding=8)
        .configure(font=FONT, locale={"number": number_locale(lang)})
        .configure_axis(
            labelFontSize=11, titleFontSize=11, titleFontWeight="normal", gridOpacity=0.5
        )
        .configure_view(stroke=None)
        .configure_legend(labelFontSize=11, orient="bottom", direction="horizontal", title=None)
    )
    return chart


def _month(day: date) -> str:
    return f"{day:%Y-%m}-01T00:00:00"


def _year(
    points: Sequence[PathPoint], end: PathEnd, unit: str, lang: Lang, decimals: int
) -> alt.LayerChart:
    text = TEXT[lang]
    names = {
        text["record.interval"]: "#c7d8ec",
        text["record.median"]: BLUE,
        text["target"]: RED,
        text["record.estimate"]: DARK,
        text["record.on_estimate"]: GREEN,
        text["record.on_final"]: GREY,
    }
    rows = list(_rows(points, end, lang, decimals))
    seen = {row["name"]: names[row["name"]] for row in rows}
    color = alt.Color(
        "name:N", scale=alt.Scale(domain=list(seen), range=list(seen.values())), title=None
    )
    y = alt.Y("value:Q", title=unit, scale=alt.Scale(zero=False), axis=alt.Axis(format=",~f"))
    tips = [alt.Tooltip("name:N", title=" "), alt.Tooltip("label:N", title=unit)]

    def named(key: str) -> alt.Chart:
        return rows_chart([row for row in rows if row["name"] == key])

    median = named(text["record.median"])
    layers: dict[str, list[alt.Chart]] = {
        text["record.interval"]: [
            named(text["record.interval"])
            .mark_area(opacity=0.75)
            .encode(x=x_axis(lang), y=y, y2=alt.Y2("high:Q"), color=color)
        ],
        text["target"]: [
            named(text["target"])
            .transform_filter(f"datum.bound == {place}")
            .mark_line(strokeDash=[7, 3], interpolate="step-after", strokeWidth=1.8)
            .encode(x=x_axis(lang), y=y, color=color)
            for place in range(max(len(point.bounds) for point in points))
        ],
        **{
            name: [
                named(name)
                .mark_line(strokeWidth=2, strokeDash=dash)
                .encode(x=x_axis(lang), y=y, color=color, tooltip=tips)
            ]
            for name, dash in (
                (text["record.on_estimate"], [1, 0]),
                (text["record.on_final"], [2, 2]),
            )
        },
        text["record.median"]: [
            median.mark_line(strokeWidth=2).encode(x=x_axis(lang), y=y, color=color),
            median.mark_point(filled=True, size=55, opacity=1).encode(
                x=x_axis(lang), y=y, color=color, tooltip=tips
            ),
        ],
        text["record.estimate"]: [
            named(text["record.estimate"])
            .mark_point(filled=True, shape="diamond", size=90, opacity=1)
            .encode(x=x_axis(lang), y=y, color=color, tooltip=tips)
        ],
    }
    drawn = [layer for name, found in layers.items() if name in seen for layer in found]
    return alt.LayerChart(layer=drawn, width=WIDTH, height=HEIGHT)


def _rows(points: Sequence[PathPoint], end: PathEnd, lang: Lang, decimals: int) -> Iterator[Row]:
    text = TEXT[lang]

    def row(name: str, month: str, value: float) -> Row:
        label = number(value, lang, decimals)
        return {"name": name, "month": month, "value": value, "label": label}

    for point in points:
        month = _month(point.day)
        if point.low is not None and point.high is not None:
            yield {**row(text["record.interval"], month, point.low), "high": point.high}
        if point.median is not None:
            yield row(text["record.median"], month, point.median)
        for place, bound in enumerate(point.bounds):
            yield {**row(text["target"], month, bound), "bound": place}
        if point.estimate is not None:
            yield row(text["record.estimate"], month, point.estimate)
    first, last = _month(points[0].day), f"{end.year}-12-01T00:00:00"
    for name, value in (
        (text["record.on_estimate"], end.came),
        (text["record.on_final"], end.final),
    ):
        if value is not None:
            yield row(name, first, value)
            yield row(name, last, value)


def _probability(points: Sequence[PathPoint], end: PathEnd, lang: Lang) -> alt.LayerChart:
    text = TEXT[lang]
    rows: list[Row] = [
        {
            "month": _month(point.day),
            "value": 100 * point.probability,
            "label": chance(point.probability, "", lang),
            "origin": text["record.live"] if point.live else text["record.backtest"],
        }
        for point in points
        if point.probability is not None
    ]
    y = alt.Y(
        "value:Q", title=f"{text['record.probability']}, %", scale=alt.Scale(domain=[0, 110])
    )
    base = rows_chart(rows)
    origins = {text["record.live"]: BLUE, text["record.backtest"]: "white"}
    seen = {name: fill for name, fill in origins.items() if any(r["origin"] == name for r in rows)}
    layers = [
        base.mark_line(color=BLUE, strokeWidth=2).encode(x=x_axis(lang), y=y),
        base.mark_point(stroke=BLUE, strokeWidth=2, size=60, opacity=1).encode(
            x=x_axis(lang),
            y=y,
            fill=alt.Fill(
                "origin:N",
                scale=alt.Scale(domain=list(seen), range=list(seen.values())),
                title=None,
            ),
            tooltip=[alt.Tooltip("label:N", title=text["record.probability"])],
        ),
        base.mark_text(dy=-12, fontSize=11, color=DARK).encode(
            x=x_axis(lang), y=y, text=alt.Text("label:N")
        ),
    ]
    if end.met is not None:
        verdict = text["record.met"] if end.met else text["record.missed"]
        last: Row = {
            "month": f"{end.year}-12-01T00:00:00",
            "value": 100.0 if end.met else 0.0,
            "verdict": verdict,
        }
        color = GREEN if end.met else RED
        layers += [
            rows_chart([last])
            .mark_point(shape="square", filled=True, size=90, opacity=1, color=color)
            .encode(x=x_axis(lang), y=y, tooltip=[alt.Tooltip("verdict:N", title=text["target"])]),
            rows_chart([last])
            .mark_text(align="right", dx=-10, dy=12 if end.met else -10, fontSize=11, color=color)
            .encode(x=x_axis(lang), y=y, text=alt.Text("verdict:N")),
        ]
    return alt.LayerChart(layer=layers, width=WIDTH, height=LOWER)
