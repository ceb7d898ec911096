"""Charts of a KPI's page: the distribution of the year, the history of its probability."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np
from numpy.typing import NDArray

from service.charts.fan_chart import BLUE, DARK, FONT, GREY, RED
from service.charts.layers import number_locale, rows_chart, x_axis
from service.projections.view import HistoryPoint, ProjectionView, TargetView
from service.texts import STATUS, TEXT, Lang, chance, number, percent, unit_of

BINS, WIDTH, HEIGHT = 40, 560, 190
_TAIL = (0.005, 0.995)  # outcomes beyond go into the outermost bars


def distribution_chart(
    one: ProjectionView, outcomes: NDArray[np.float64], lang: Lang, decimals: int
) -> alt.TopLevelMixin:
    """Histogram of the year's outcomes with the target, last year and the estimate.

    Parameters
    ----------
    one : of one KPI
    outcomes : array, shape (n_paths,), see `service.projections.issue.outcomes_of`
    decimals : of the KPI's figures
    """
    rows = _bars(one, outcomes, lang)
    base = rows_chart(rows)
    top = 1.4 * max(row["share"] for row in rows)  # room for the names of the lines
    x = alt.X(
        "from:Q",
        title=unit_of(one, lang),
        axis=alt.Axis(format=",~f", tickCount=6),
        scale=alt.Scale(zero=False),
    )
    # the deciding bound separates outcomes that meet the target from those that miss it
    colors = alt.Scale(
        domain=[TEXT[lang]["outcome.met"], TEXT[lang]["outcome.missed"], TEXT[lang]["projected"]],
        range=[BLUE, "#c9ced4", "#8fb2da"],
    )
    seen = {row["side"] for row in rows}
    legend = None if seen == {TEXT[lang]["projected"]} else alt.Legend(title=None, orient="top")
    bars = base.mark_rect(stroke="white", strokeWidth=0.5).encode(
        x=x,
        x2=alt.X2("to:Q"),
        y=alt.Y(
            "share:Q",
            title=TEXT[lang]["outcome.share"],
            axis=alt.Axis(format="~f"),
            scale=alt.Scale(domain=[0, top]),
        ),
        y2=alt.Y2("zero:Q"),
        color=alt.Color(
            "side:N",
            scale=alt.Scale(
                domain=[name for name in colors.domain if name in seen],
                range=[
                    color
                    for name, color in zip(colors.domain, colors.range, strict=True)
                    if name in seen
                ],
            ),
            legend=legend,
        ),
        tooltip=[alt.Tooltip("label:N", title=TEXT[lang]["outcome.share"])],
    )
    layers = [bars, *_rules(one, lang, decimals)]
    return _framed(layers, lang)


def _bars(one: ProjectionView, outcomes: NDArray[np.float64], lang: Lang) -> list[dict[str, Any]]:
    low, high = np.quantile(outcomes, _TAIL)
    if not high > low:
        low, high = low - 0.5, high + 0.5
    edges = np.linspace(low, high, BINS + 1)
    target = one.assigned
    bound = target.bound if target else None
    if bound is not None and low < bound < high:  # no bar spans the bound
        edges = np.sort(np.append(edges, bound))
    counts, _ = np.histogram(np.clip(outcomes, low, high), edges)
    rows = []
    for place, count in enumerate(counts):
        share = 100.0 * count / len(outcomes)
        rows.append(
            {
                "from": float(edges[place]),
                "to": float(edges[place + 1]),
                "share": share,
                "zero": 0.0,
                "side": _side(target, bound, float(edges[place : place + 2].mean()), lang),
                "label": percent(share, lang),
            }
        )
    return rows


def _side(target: TargetView | None, bound: float | None, middle: float, lang: Lang) -> str:
    text = TEXT[lang]
    if target is None or bound is None:
        return text["projected"]
    met = middle <= bound if target.comparator == "at_most" else middle >= bound
    return text["outcome.met"] if met else text["outcome.missed"]


def _rules(one: ProjectionView, lang: Lang, decimals: int) -> list[alt.Chart]:
    """Labelled vertical lines at the target, last year and the official estimate."""
    text, target = TEXT[lang], one.assigned
    lines: list[tuple[str, float, str, list[int]]] = []
    if target:
        lines += [
            (f"{text['target']}: {number(value, lang, decimals)}", value, RED, [7, 3])
            for value in (target.lower_value, target.upper_value)
            if value is not None
        ]
    growth = one.growth_on_last_year
    if growth and not one.traits.outcome_is_rate:
        named = f"{one.year - 1}: {number(growth.base, lang, decimals)}"
        lines.append((named, growth.base, GREY, [2, 2]))
    entered = one.official_estimate
    if entered:
        named = f"{text['plan.estimate']}: {number(entered.value, lang, decimals)}"
        lines.append((named, entered.value, DARK, [1, 0]))
    layers: list[alt.Chart] = []
    for place, (name, value, color, dash) in enumerate(lines):
        rule = rows_chart([{"from": value}]).mark_rule(
            color=color, strokeDash=dash, strokeWidth=1.8
        )
        named_ = rows_chart([{"from": value, "name": name}]).mark_text(
            color=color, align="left", baseline="top", dx=4, y=2 + 15 * place, fontSize=11
        )
        layers += [
            rule.encode(x=alt.X("from:Q")),
            named_.encode(x=alt.X("from:Q"), text=alt.Text("name:N")),
        ]
    return layers


def probability_chart(
    points: Sequence[HistoryPoint], thresholds: tuple[float, float], lang: Lang
) -> alt.TopLevelMixin:
    """How the probability changed through the year, one point per month.

    Parameters
    ----------
    points : the months of the history; months without a projection are left out. Those that
        had no model are hollow: what today's model says of them
    thresholds : lowest probability that is at risk, and on track
    """
    text = TEXT[lang]
    rows = [
        {
            "month": f"{point.as_of:%Y-%m}-01T00:00:00",
            "value": 100 * point.probability,
            "label": chance(point.probability, point.status, lang),
            "status": STATUS[lang][point.status],
            "model": text["history.hindsight"] if point.hindsight else text["history.own"],
        }
        for point in points
        if point.probability is not None and point.status is not None
    ]
    hindsight = any(point.hindsight for point in points)
    y = alt.Y(
        "value:Q",
        title=f"{TEXT[lang]['probability']}, %",
        scale=alt.Scale(domain=[0, 100]),
    )
    base = rows_chart(rows)
    layers = [
        rows_chart([{"value": 100 * level}])
        .mark_rule(color=GREY, strokeDash=[4, 3])
        .encode(y=alt.Y("value:Q"))
        for level in thresholds
    ]
    layers += [
        base.mark_line(color=BLUE, strokeWidth=2).encode(x=x_axis(lang), y=y),
        base.mark_point(stroke=BLUE, strokeWidth=2, size=60, opacity=1).encode(
            x=x_axis(lang),
            y=y,
            fill=alt.Fill(
                "model:N",
                scale=alt.Scale(
                    domain=[text["history.own"], text["history.hindsight"]],
                    range=[BLUE, "white"],
                ),
                legend=alt.Legend(title=None, orient="bottom") if hindsight else None,
            ),
            tooltip=[
                alt.Tooltip("label:N", title=TEXT[lang]["probability"]),
                alt.Tooltip("status:N", title=TEXT[lang]["status"]),
            ],
        ),
        base.mark_text(dy=-12, fontSize=11, color=DARK).encode(
            x=x_axis(lang), y=y, text=alt.Text("label:N")
        ),
    ]
    return _framed(layers, lang)


def _framed(layers: Sequence[alt.Chart], lang: Lang) -> alt.LayerChart:
    """Built whole: altair copies a chart with all its layers for each method that changes it."""
    return alt.LayerChart(
        layer=list(layers),
        width=WIDTH,
        height=HEIGHT,
        background="white",
        padding=8,
        config=alt.Config(
            font=FONT,
            locale={"number": number_locale(lang)},
            axis=alt.AxisConfig(
                labelFontSize=11, titleFontSize=11, titleFontWeight="normal", gridOpacity=0.5
            ),
            view=alt.ViewConfig(stroke=None),
            legend=alt.LegendConfig(labelFontSize=11),
        ),
    )
