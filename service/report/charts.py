"""Charts of the official report: progress on the plan, and the course of one target.

They show published figures and what the target needs. Projections are drawn by
`service.charts.fan_chart`, for the internal annex only.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import altair as alt

from models.series import Month
from service.charts.fan import Row
from service.charts.fan_chart import BLUE, DARK, FONT, GREY, RED
from service.charts.layers import dot, line, number_locale, point_label, rows_chart, x_axis, y_axis
from service.projections.facts import Facts, MonthFact
from service.report.sentences import name_of, percentage_text
from service.texts import TEXT, Lang, number, percent, unit_name

WIDTH, HEIGHT = 560, 150


def progress_chart(facts: Sequence[Facts], lang: Lang) -> alt.TopLevelMixin:
    """Share of each plan done, in per cent, beside the share of the year that has passed."""
    rows: list[Row] = [
        {
            "name": name_of(one, lang),
            "share": one.of_plan.value,
            "label": percentage_text(one.of_plan, lang),
            "order": place,
        }
        for place, one in enumerate(facts)
        if one.of_plan is not None
    ]
    cutoff = max(one.cutoff.month for one in facts if one.cutoff and one.of_plan)
    y = alt.Y(
        "name:N",
        sort=alt.SortField("order"),
        title=None,
        axis=alt.Axis(labelLimit=320, labelFontSize=11),
    )
    top = max(100.0, *(row["share"] for row in rows)) * 1.08
    x = alt.X("share:Q", title="%", scale=alt.Scale(domain=[0, top]))
    base = alt.Chart(alt.InlineData(values=rows))
    bars = base.mark_bar(color=BLUE, height=13).encode(x=x, y=y)
    labels = base.mark_text(align="left", dx=4, fontSize=11).encode(x=x, y=y, text="label:N")
    elapsed = rows_chart([{"share": 100 * cutoff / 12}])
    rule = elapsed.mark_rule(color=GREY, strokeDash=[6, 3]).encode(x=x)
    year = TEXT[lang]["report.year_gone"].format(share=percent(100 * cutoff / 12, lang, 0))
    return _framed(
        alt.LayerChart(layer=[bars, labels, rule], width=330, height=22 * len(rows)), year, lang
    )


def course_chart(
    one: Facts, lang: Lang, width: int = WIDTH - 90, height: int = HEIGHT
) -> alt.TopLevelMixin:
    """This year so far, last year, and the path that would just meet the target.

    Cumulative where months add up, else month by month.
    """
    known = [month for month in one.months if month.status != "projected"]
    ahead = [month for month in one.months if month.minimum is not None]
    summed = one.kpi.traits.adds_up
    now = _rows(known, [month.value for month in known], summed)
    if summed and now and one.to_date is not None:
        now[-1]["value"] = one.to_date
    needed = _rows(ahead, [month.minimum or 0.0 for month in ahead], summed)
    if now and needed:
        start = now[-1]["value"] if summed else 0.0
        needed = [now[-1], *({**row, "value": row["value"] + start} for row in needed)]
    before = [month for month in one.months if month.last_year is not None]
    last = _rows(before, [month.last_year or 0.0 for month in before], summed)
    layers = [_points([*last, *now, *needed], lang)]
    if last:
        layers += [line(last, GREY), point_label(last[-1], str(one.projection.year - 1), GREY)]
    if needed:
        words = f"{TEXT[lang]['report.needed']}: {_figure(needed[-1], one, lang)}"
        layers.append(line(needed, RED, dash=[6, 3]))
        top = max(row["value"] for row in (*last, *now, *needed))  # above every line
        above = {**needed[-1], "value": top}
        layers.append(point_label(above, words, RED, dx=4, dy=-12, align="right"))
    if now:
        layers += [line(now, DARK, width=2.4), dot(now[-1], DARK)]
        layers.append(point_label(now[-1], _figure(now[-1], one, lang), DARK, dx=8, dy=12))
    unit = "%" if one.kpi.traits.outcome_is_rate else unit_name(one.kpi.unit, lang)
    words = TEXT[lang]["cumulative"] if summed else TEXT[lang]["monthly"]
    return _framed(
        alt.LayerChart(layer=layers, width=width, height=height), f"{words}, {unit}", lang
    )


def _rows(months: Sequence[MonthFact], values: Sequence[float], summed: bool) -> list[Row]:
    shown = accumulate(values) if summed else values
    return [_row(one.month, value) for one, value in zip(months, shown, strict=True)]


def _row(month: Month, value: float) -> Row:
    return {"month": f"{month}-01T00:00:00", "value": value}


def _figure(row: Row, one: Facts, lang: Lang) -> str:
    return number(row["value"], lang, one.kpi.decimals)


def _points(rows: Sequence[Row], lang: Lang) -> alt.Chart:
    """Invisible points that carry the axis of months."""
    chart: alt.Chart = (
        rows_chart(rows).mark_point(opacity=0).encode(x=x_axis(lang), y=y_axis("value"))
    )
    return chart


def _framed(chart: alt.LayerChart, title: str, lang: Lang) -> alt.TopLevelMixin:
    heading = alt.TitleParams(title, fontSize=12, fontWeight="normal", anchor="start", offset=8)
    framed: alt.TopLevelMixin = (
        chart.properties(title=heading, background="white", padding=8)
        .configure(font=FONT, locale={"number": number_locale(lang)})
        .configure_axis(labelFontSize=11, titleFontSize=11, gridOpacity=0.5)
        .configure_view(stroke=None)
    )
    return framed
