"""A projection as a fan chart: one Vega-Lite specification for SVG, PNG and JSON.

Above: the months, actual (their status by the shape of the point) and projected
(80 % and 95 % bands). Below, for what adds up over the year: the cumulative
figure and the target. Unit, vintage, stamp and the legend are part of the picture,
because pictures are shared without their page.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache, partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import altair as alt
import vl_convert

from service.charts.fan import BANDS, Fan, Row
from service.charts.layers import dot, line, number_locale, point_label, rows_chart, x_axis, y_axis
from service.projections.view import ProjectionView, TargetView
from service.texts import (
    FIGURE,
    STATUS,
    TEXT,
    Lang,
    bounds,
    chance,
    day_of,
    number,
    unit_name,
    unit_of,
    writer,
)

# DejaVu Sans has every Vietnamese letter and comes with a package, so pictures look
# the same on a machine without fonts; where an SVG is shown without it, Verdana has
# nearly its widths. (Some builds of Liberation Sans lack ư and ơ.)
FONT = "DejaVu Sans, Verdana, Arial, sans-serif"
BLUE, DARK, GREY, RED = "#1f5fa8", "#12243a", "#77838f", "#b3261e"
WIDTH, HEIGHT = 720, 230
SHAPES = {
    "final": "circle",
    "restated": "circle",
    "estimate": "triangle-up",
    "derived": "diamond",
    "reconstructed": "square",
    "illustrative": "cross",
    "illustrative_first": "cross",
    "projected": "stroke",
}
_FILLED = ("final", "restated")


def fan_chart(
    projection: ProjectionView, fan: Fan, lang: Lang = "vi", decimals: int = 0
) -> alt.VConcatChart:
    """The chart of one projection.

    Parameters
    ----------
    projection : of one KPI
    fan : its months as rows, from `service.charts.fan`
    lang : of all labels
    decimals : of the figures in the title

    Returns
    -------
    Altair chart; the monthly panel, and the cumulative one where months add up
    """
    panels = [_monthly(projection, fan, lang)]
    if fan.cumulative_actual or fan.cumulative_ahead:
        panels.append(_cumulative(projection, fan, lang, decimals))
    # whole at once: altair copies a chart with all its layers for each method that changes it
    return alt.VConcatChart(
        vconcat=panels,
        spacing=16,
        resolve=alt.Resolve(
            scale=alt.ScaleResolveMap(
                stroke="independent", fill="independent", shape="independent", x="independent"
            )
        ),
        title=_title(projection, lang, decimals),
        background="white",
        padding=14,
        config=alt.Config(
            font=FONT,
            locale={"number": number_locale(lang)},
            axis=alt.AxisConfig(
                labelFontSize=11, titleFontSize=11, titleFontWeight="normal", gridOpacity=0.5
            ),
            title=alt.TitleConfig(
                fontSize=16, subtitleFontSize=12, subtitlePadding=6, anchor="start", offset=14
            ),
            legend=alt.LegendConfig(
                orient="bottom", direction="horizontal", labelFontSize=11, titleFontSize=11
            ),
            view=alt.ViewConfig(stroke=None),
        ),
    )


def font_folder() -> Path:
    """The folder of DejaVu Sans in its package, found without importing it (needs rinohtype)."""
    spec = find_spec("rinoh_typeface_dejavusans")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


@cache
def _register_font() -> None:
    vl_convert.register_font_directory(str(font_folder()))


def _specification(chart: alt.TopLevelMixin) -> dict[str, Any]:
    """As Vega-Lite; not checked as a whole, since each part was when it was made."""
    found: dict[str, Any] = chart.to_dict(validate=False)
    return found


def to_json(chart: alt.TopLevelMixin) -> bytes:
    """The Vega-Lite specification."""
    return json.dumps(_specification(chart), ensure_ascii=False, separators=(",", ":")).encode()


def to_svg(chart: alt.TopLevelMixin | str) -> bytes:
    """The chart, or an SVG drawn by this service, as SVG with selectable text."""
    if isinstance(chart, str):
        return chart.encode()
    _register_font()
    return str(vl_convert.vegalite_to_svg(_specification(chart))).encode()


def to_png(chart: alt.TopLevelMixin | str, scale: float = 2.0) -> bytes:
    """The same as PNG; `scale` is pixels per point."""
    if isinstance(chart, str):
        return svg_to_png(chart, scale)
    _register_font()
    return bytes(vl_convert.vegalite_to_png(_specification(chart), scale=scale))


def svg_to_png(svg: str, scale: float = 2.0) -> bytes:
    """An SVG drawn by this service as PNG."""
    _register_font()
    return bytes(vl_convert.svg_to_png(svg, scale=scale))


def _title(projection: ProjectionView, lang: Lang, decimals: int) -> alt.TitleParams:
    text = TEXT[lang]
    lines = [
        f"{text['unit']}: {unit_of(projection, lang)}"
        f" · {text['as_of']} {day_of(projection.as_of, lang)}"
        f" · {text['stamp']}: {projection.stamp}",
        *_answer(projection, lang, decimals),
    ]
    if projection.label:
        lines.insert(0, projection.label[lang])
    name = f"{projection.name[lang]}, {text['year']} {projection.year}"
    return alt.TitleParams(name, subtitle=lines)


def _answer(projection: ProjectionView, lang: Lang, decimals: int) -> list[str]:
    """The projected year, and the assigned target with its probability; one line each."""
    text, year = TEXT[lang], projection.projected
    if year is None:
        return [STATUS[lang][projection.status]]
    written, band = writer(year, decimals, lang), year.quantiles
    low, high = written(band.q10), written(band.q90)
    lines = [
        f"{text['projected_year']}: {written(year.median)} ({text['band_80']}: {low} – {high})"
    ]
    target = projection.assigned
    if target:
        status = STATUS[lang][target.status]
        lines.append(
            f"{text['target']}: {bounds(target, lang, decimals)} · {text['probability']}:"
            f" {chance(target.probability, target.status, lang)} ({status})"
        )
    return lines


def _monthly(projection: ProjectionView, fan: Fan, lang: Lang) -> alt.LayerChart:
    growth = projection.traits.known_by_rates
    title = TEXT[lang]["growth_monthly"] if growth else TEXT[lang]["monthly"]
    unit = "%" if growth else unit_name(projection.unit, lang)
    layers = [
        *_bands(_joined(fan.actual, fan.ahead), lang),
        *_path(fan.needed, TEXT[lang]["just_met"]),
        line(fan.actual, DARK),
        _points([*fan.actual, *fan.ahead], lang),
    ]
    bands = f" · {TEXT[lang]['legend_bands']}" if fan.ahead else ""
    return _panel(layers, f"{title}, {unit}{bands}")


def _cumulative(projection: ProjectionView, fan: Fan, lang: Lang, decimals: int) -> alt.LayerChart:
    """Last year's course, this year's, the fan ahead, and the target's bounds."""
    text, year = TEXT[lang], projection.year
    layers: list[alt.Chart] = []
    end = (fan.cumulative_ahead or fan.cumulative_actual)[-1]
    if fan.last_year:
        last = fan.last_year[-1]
        below = last["value"] <= end["value"]
        layers += [
            line(fan.last_year, GREY),
            point_label(last, str(year - 1), GREY, dy=9 if below else -9),
        ]
    layers += _bands(_joined(fan.cumulative_actual, fan.cumulative_ahead), lang)
    if fan.cumulative_actual:
        layers.append(line(fan.cumulative_actual, DARK, width=2.4))
    target = projection.assigned
    if target:
        layers += _target(target, fan.first_month, lang, decimals)
        layers += _path(fan.cumulative_needed)
    if fan.cumulative_actual and projection.data_status:
        now = fan.cumulative_actual[-1]
        known = f"{FIGURE[lang][projection.data_status]}: {number(now['value'], lang, decimals)}"
        layers += [_clear_of(fan.last_year, now, known), dot(now, DARK)]
    if fan.cumulative_ahead:
        ends = projection.projected
        written = writer(ends, decimals, lang) if ends else partial(number, lang=lang)
        ahead = f"{FIGURE[lang]['projected']}: {written(end['value'])}"
        layers += [point_label(end, ahead, BLUE), dot(end, BLUE)]
    return _panel(layers, f"{text['cumulative']}, {unit_name(projection.unit, lang)}")


def _path(rows: Sequence[Row], text: str = "") -> list[alt.Chart]:
    """The path that would just meet the target: dotted, labelled at its last month."""
    if not rows:
        return []
    named = [point_label(rows[-1], text, RED)] if text else []
    return [line(rows, RED, dash=[2, 3]), *named]


def _clear_of(last_year: Sequence[Row], now: Row, text: str) -> alt.Chart:
    """The label of the year to date: above the line, unless last year's is there."""
    then = next((row["value"] for row in last_year if row["month"] == now["month"]), 0.0)
    room = now["month"][5:7] >= "04"  # enough to the left of the point
    if room and then <= now["value"]:
        return point_label(now, text, DARK, dx=-8, dy=-10, align="right")
    return point_label(now, text, DARK, dy=16)


def _panel(layers: Sequence[alt.Chart], title: str) -> alt.LayerChart:
    heading = alt.TitleParams(
        title, fontSize=12, fontWeight="bold", anchor="start", frame="group", offset=10
    )
    return alt.LayerChart(layer=list(layers), width=WIDTH, height=HEIGHT, title=heading)


def _joined(actual: Sequence[Row], ahead: Sequence[Row]) -> list[Row]:
    """The months ahead, with the last actual month before them: the fan opens there."""
    if not actual or not ahead:
        return list(ahead)
    seam = actual[-1] | dict.fromkeys(BANDS, actual[-1]["value"])
    return [seam, *ahead]


def _bands(rows: Sequence[Row], lang: Lang) -> list[alt.Chart]:
    """The 95 % band, the 80 % band and the dashed median."""
    if not rows:
        return []
    data = rows_chart(rows)
    return [
        data.mark_area(color=BLUE, opacity=opacity).encode(
            x=x_axis(lang), y=y_axis(f"low{coverage}"), y2=alt.Y2(f"high{coverage}")
        )
        for coverage, opacity in ((95, 0.15), (80, 0.25))
    ] + [line(rows, BLUE, dash=[5, 3])]


def _points(rows: Sequence[Row], lang: Lang) -> alt.Chart:
    """Every month as a point whose shape tells its status, and the legend of both."""
    present = {row["status"] for row in rows}
    codes = [code for code in SHAPES if code in present]
    names = [FIGURE[lang][code] for code in codes]
    strokes = [BLUE if code == "projected" else DARK for code in codes]
    fills = [DARK if code in _FILLED else "white" for code in codes]
    legend = alt.Legend(title=None)
    data = [{**row, "status": FIGURE[lang][row["status"]]} for row in rows]
    chart: alt.Chart = (
        rows_chart(data)
        .mark_point(size=38, strokeWidth=1.5, opacity=1)
        .encode(
            x=x_axis(lang),
            y=y_axis("value"),
            shape=alt.Shape(
                "status:N",
                scale=alt.Scale(domain=names, range=[SHAPES[code] for code in codes]),
                legend=legend,
            ),
            stroke=alt.Stroke(
                "status:N", scale=alt.Scale(domain=names, range=strokes), legend=legend
            ),
            fill=alt.Fill("status:N", scale=alt.Scale(domain=names, range=fills), legend=legend),
            tooltip=[
                alt.Tooltip("label:N", title=TEXT[lang]["month"]),
                alt.Tooltip("value:Q", title=TEXT[lang]["all_figures"], format=",.2f"),
                alt.Tooltip("status:N", title=TEXT[lang]["status"]),
            ],
        )
    )
    return chart


def _target(target: TargetView, first_month: str, lang: Lang, decimals: int) -> list[alt.Chart]:
    """The bounds of the target as dashed rules; the lower one is labelled below its rule."""
    layers = []
    for value, dy in ((target.lower_value, 9), (target.upper_value, -8)):
        if value is None:
            continue
        label = f"{TEXT[lang]['target']}: {number(value, lang, decimals)}"
        row = {"value": value, "month": first_month}
        rule = rows_chart([row]).mark_rule(color=RED, strokeWidth=1.5, strokeDash=[7, 3])
        layers += [rule.encode(y=y_axis("value")), point_label(row, label, RED, dx=4, dy=dy)]
    return layers
