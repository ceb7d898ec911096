"""Whether targets with a probability of 70% were met seven times in ten, from the backtest."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import altair as alt
import numpy as np
import pandas as pd

from models.scores import reliability_table
from service.charts.fan_chart import BLUE, DARK, FONT, GREY
from service.charts.layers import number_locale, rows_chart
from service.shapes.registry import ReliabilityBand
from service.texts import TEXT, Lang, number, percent
from training.backtest.rolling_origin import GROWTH_TARGETS
from training.backtest.scoreboard import ENSEMBLE, LEVELS, QUANTILES

SIZE = 300


def reliability_of(rows: pd.DataFrame, rates: Collection[str]) -> list[ReliabilityBand]:
    """How often targets were met, by forecast probability.

    Parameters
    ----------
    rows : of `Scoreboard.frame`
    rates : KPIs of kind 'growth', whose outcome is itself a growth in per cent

    Returns
    -------
    list of bands, see `models.scores.reliability_table`; empty without forecasts

    Notes
    -----
    The targets are those of the Brier score: last year's total and −10, −5, 5 and
    10 % on it. A probability is interpolated linearly between the forecast's
    quantiles; beyond the outermost it is 0 or 1.
    """
    own = rows[rows["method"] == ENSEMBLE]
    if not len(own):
        return []
    quantiles = own[list(QUANTILES)].to_numpy(float)
    base, outcome = own["base"].to_numpy(float), own["outcome"].to_numpy(float)
    level = np.where(own["kpi"].isin(list(rates)), 100.0, 0.0)
    forecast, met = [], []
    for growth in GROWTH_TARGETS:
        goal = base * (1 + growth / 100) - level
        below = [
            np.interp(one, row, LEVELS, left=0.0, right=1.0)
            for one, row in zip(goal, quantiles, strict=True)
        ]
        forecast.append(1.0 - np.array(below))
        met.append(outcome >= goal)
    table = reliability_table(np.concatenate(met), np.concatenate(forecast))
    return [ReliabilityBand(**row) for row in table]


def reliability_chart(table: Sequence[ReliabilityBand], lang: Lang) -> alt.TopLevelMixin:
    """Forecast probability against share met; on the diagonal they are equal."""
    text = TEXT[lang]
    rows = [
        {
            "forecast": 100 * row.mean_probability,
            "met": 100 * row.share_met,
            "n": row.n,
            "label": f"{percent(100 * row.mean_probability, lang, 0)} → "
            f"{percent(100 * row.share_met, lang, 0)} ({number(row.n, lang)})",
        }
        for row in table
    ]
    scale = alt.Scale(domain=[0, 100])
    x = alt.X("forecast:Q", title=text["models.said"], scale=scale)
    y = alt.Y("met:Q", title=text["models.met"], scale=scale)
    diagonal = rows_chart([{"forecast": 0, "met": 0}, {"forecast": 100, "met": 100}])
    base = rows_chart(rows)
    chart = alt.LayerChart(
        layer=[
            diagonal.mark_line(color=GREY, strokeDash=[5, 3]).encode(x=x, y=y),
            base.mark_line(color=BLUE).encode(x=x, y=y),
            base.mark_circle(color=DARK, opacity=1).encode(
                x=x,
                y=y,
                size=alt.Size("n:Q", legend=None, scale=alt.Scale(range=[30, 250])),
                tooltip=[alt.Tooltip("label:N", title=text["models.met"])],
            ),
        ],
        width=SIZE,
        height=SIZE,
    )
    framed: alt.TopLevelMixin = (
        chart.properties(background="white", padding=8)
        .configure(font=FONT, locale={"number": number_locale(lang)})
        .configure_axis(labelFontSize=11, titleFontSize=11, titleFontWeight="normal")
        .configure_view(stroke=None)
    )
    return framed
