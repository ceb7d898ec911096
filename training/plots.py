"""Plots of a bundle's backtest for its record in MLflow, as SVG.

Drawn from the scoreboard alone: nothing is forecast again. Pages have charts of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from training.backtest.scoreboard import ENSEMBLE, LEVELS, QUANTILES

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

COLUMNS = 6  # KPIs beside each other in the fans
_MONTHS = "Months of the year known"


def plots_of(rows: pd.DataFrame) -> dict[str, bytes]:
    """The plots of a backtest by file name.

    Parameters
    ----------
    rows : of `Scoreboard.frame`, without the years that taught nothing

    Returns
    -------
    dict, 'backtest.svg', 'reliability.svg', 'fan.svg' → the picture; empty without rows
    """
    if rows.empty:
        return {}
    import vl_convert as vlc

    charts = {
        "backtest.svg": _backtest(rows),
        "reliability.svg": _reliability(rows[rows["method"] == ENSEMBLE]),
        "fan.svg": _fans(rows[rows["method"] == ENSEMBLE]),
    }
    return {
        name: str(vlc.vegalite_to_svg(chart.to_dict())).encode() for name, chart in charts.items()
    }


def _backtest(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Annual error by months known, a line for each method."""
    import altair as alt

    means = rows.groupby(["method", "months_known"])["annual_error"].mean().reset_index()
    chart: alt.Chart = (
        alt.Chart(_values(means), title="Annual error of the backtest")
        .mark_line(point=True)
        .encode(
            x=alt.X("months_known:O", title=_MONTHS),
            y=alt.Y(
                "annual_error:Q", axis=alt.Axis(format=".0%"), title="Mean, of last year's total"
            ),
            color=alt.Color("method:N", title="Method"),
        )
    )
    return chart


def _reliability(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """Share of outcomes at or below each quantile, against the quantile's level."""
    import altair as alt
    import pandas as pd

    held = pd.DataFrame(
        {
            "level": LEVELS,
            "share": [float((rows["outcome"] <= rows[name]).mean()) for name in QUANTILES],
        }
    )
    axes = {
        "x": alt.X("level:Q", scale=alt.Scale(domain=[0, 1]), title="Level of the quantile"),
        "y": alt.Y("share:Q", scale=alt.Scale(domain=[0, 1]), title="Outcomes at or below it"),
    }
    title = f"Reliability of the ensemble, {len(rows)} origins"
    ideal = pd.DataFrame({"level": [0, 1], "share": [0, 1]})
    diagonal = alt.Chart(_values(ideal)).mark_line(color="#999", strokeDash=[4, 4]).encode(**axes)
    return alt.layer(
        diagonal, alt.Chart(_values(held)).mark_line(point=True).encode(**axes), title=title
    )


def _fans(rows: pd.DataFrame) -> alt.TopLevelMixin:
    """The newest tested year of each KPI: how the 80 % interval closed in on the outcome.

    Without KPIs that had nothing last year, which have no share of it.
    """
    import altair as alt

    newest = rows[(rows["year"] == rows["year"].max()) & (rows["base"] > 0)]
    shown = newest[["kpi", "months_known"]].copy()
    for name in ("q10", "q50", "q90", "outcome"):
        shown[name] = newest[name] / newest["base"]
    base = alt.Chart().encode(x=alt.X("months_known:O", title=None))
    ratio = alt.Axis(format=".0%")
    scale = alt.Scale(zero=False)
    band = base.mark_area(opacity=0.3).encode(
        y=alt.Y("q10:Q", axis=ratio, scale=scale, title=None), y2="q90:Q"
    )
    median = base.mark_line().encode(y="q50:Q")
    outcome = base.mark_line(color="#c33", strokeDash=[4, 2]).encode(y="outcome:Q")
    title = (
        f"{int(newest['year'].max())} as it was forecast, by months known: "
        "median and 80 % interval, outcome dashed, of last year's total"
    )
    fans: alt.FacetChart = (
        alt.layer(band, median, outcome, data=_values(shown))
        .properties(width=120, height=80)
        .facet(facet=alt.Facet("kpi:N", title=None), columns=COLUMNS, title=title)
        .resolve_scale(y="independent")
    )
    return fans


def _values(table: pd.DataFrame) -> alt.InlineData:
    import altair as alt

    return alt.InlineData.from_dict({"values": table.to_dict("records")})
