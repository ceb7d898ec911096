"""What embeds show: one KPI's projection; anonymous readers get it as issued."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Literal, get_args
from urllib.parse import quote, urlencode

from data.plans.rows import load_plan
from data.sign_off.rows import issue_of
from data.vintages.panel import Panel
from data.vintages.truncation import truncate
from models.errors import NoObservations
from models.series import Month, Series
from service.auth.access import Caller
from service.embeds.card import Card, card_of
from service.projections.basis import as_of_date
from service.projections.issued import issued_projections
from service.projections.shape import Name, in_both
from service.projections.view import ProjectionView
from service.state.app_state import AppState, etag_key, family_of
from service.texts import EMBED, Lang

Picture = Literal["svg", "png"]
PICTURES: tuple[Picture, ...] = get_args(Picture)
SIZE = (760, 780)  # of the frame that holds card and chart, in pixels


@dataclass(frozen=True)
class Embedded:
    """One projection, and whether it is a draft (shown to viewers only)."""

    projection: ProjectionView
    draft: bool

    @property
    def etag_key(self) -> str:
        """Identifies the projection and its state, for the ETag."""
        return f"{etag_key(self.projection)}-{'draft' if self.draft else 'issued'}"


def embedded(by: Caller, app_state: AppState, plan: str, kpi: str, as_of: str | None) -> Embedded:
    """The projection that a caller may see.

    Anonymous readers get the newest issued month, or the issued month of `as_of`. Viewers
    get the vintage of `as_of`, as a draft unless exactly these figures were issued.

    Raises
    ------
    NotIssued
        If the caller is anonymous and that month was not issued.
    """
    if not by.inside:
        day = as_of_date(as_of) if as_of else None
        return Embedded(issued_projections(app_state.store, plan, day, kpi)[0], draft=False)
    one = app_state.shown(plan, app_state.day_of(plan, as_of), kpi)[0]
    issue = issue_of(app_state.store, plan, Month(one.as_of.year, one.as_of.month))
    return Embedded(one, issue is None or issue.stamps.get(kpi) != one.stamp)


def card(app_state: AppState, shown: Embedded, lang: Lang) -> Card:
    """The card of what is shown."""
    kpi = load_plan(app_state.store, shown.projection.plan).kpi(shown.projection.kpi)
    return card_of(shown.projection, kpi.decimals, shown.draft, lang)


def card_picture(app_state: AppState, shown: Embedded, form: Picture, lang: Lang) -> bytes:
    """The card as a picture."""
    from service.charts import fan_chart as charts
    from service.embeds.card import to_svg

    drawn = to_svg(card(app_state, shown, lang), charts.FONT)
    return drawn.encode() if form == "svg" else charts.svg_to_png(drawn)


def chart_picture(app_state: AppState, shown: Embedded, form: Picture, lang: Lang) -> bytes:
    """The fan chart of the projection that is shown.

    Raises
    ------
    NoObservations
        If the KPI has no monthly figures.
    """
    from service.charts import fan_chart as charts
    from service.charts.fan import fan_of

    one = shown.projection
    kpi = load_plan(app_state.store, one.plan).kpi(one.kpi)
    series = _series(app_state.panel(family_of(one.plan)), one)
    if shown.draft:  # the picture itself says so, in its label
        one = one.model_copy(update={"label": _draft_label(one.label)})
    chart = charts.fan_chart(one, fan_of(one, series, lang), lang, kpi.decimals)
    return charts.to_svg(chart) if form == "svg" else charts.to_png(chart)


def has_chart(shown: Embedded) -> bool:
    """Whether there are months to draw."""
    return bool(shown.projection.months) and shown.projection.task is None


def _draft_label(label: Name | None) -> Name:
    """The label of a draft, followed by the projection's own label."""
    return in_both(
        lambda lang: " · ".join([EMBED[lang]["draft"], *([label[lang]] if label else [])])
    )


def _series(panel: Panel, one: ProjectionView) -> Series:
    """The series behind a projection, up to its cutoff."""
    day, cutoff = one.as_of, one.cutoff
    if cutoff is None:
        raise NoObservations("'{kpi}' has no months to draw at {day}.", kpi=one.kpi, day=day)
    series = panel.series_as_of(one.kpi, day)
    return truncate(panel, one.kpi, series, cutoff, day) if series.cutoff > cutoff else series


def address(base: str, plan: str, kpi: str, lang: Lang, as_of: str | None, tail: str = "") -> str:
    """The public address of an embed."""
    query = {"lang": lang} | ({"as_of": as_of} if as_of else {})
    return f"{base.rstrip('/')}/embed/{quote(plan)}/{quote(kpi)}{tail}?{urlencode(query)}"


def frame(source: str, title: str, width: int, height: int) -> str:
    """The HTML that frames an embed in another page."""
    return (
        f'<iframe src="{escape(source)}" title="{escape(title)}" width="{width}" '
        f'height="{height}" style="border:0" loading="lazy" '
        'sandbox="allow-popups" referrerpolicy="no-referrer"></iframe>'
    )
