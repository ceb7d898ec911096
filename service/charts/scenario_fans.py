"""A forecast and up to four scenarios as fans on one chart, drawn on the server.

Drawn from the last month known to the end of the year: that is where scenarios differ. Beside
the last month each fan's 80 % interval stands once more as a bar, because fans overlap. Colours
and dashes are classes of the page's style; the figures are in the table below the chart.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from service.texts import Lang, number

WIDTH, HEIGHT = 460.0, 236.0
LEFT, RIGHT, TOP, BOTTOM = 58.0, 104.0, 16.0, 26.0
STEP = 17.0  # between the bars at the end
TICKS = 4

Point = tuple[int, float]  # month of the year and value


@dataclass(frozen=True)
class Fan:
    """The months of one case: ends of the 80 % interval and median.

    `mark` names its bar, `order` chooses its colour and dashes.
    """

    mark: str
    order: int
    low: tuple[float, ...]
    middle: tuple[float, ...]
    high: tuple[float, ...]


@dataclass(frozen=True)
class _Plane:
    """Where months and values lie: first and last month, lowest and highest value."""

    first: int
    last: int
    low: float
    high: float

    def across(self, month: float) -> float:
        wide = max(self.last - self.first, 1)
        return LEFT + (month - self.first) * (WIDTH - LEFT - RIGHT) / wide

    def up(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)

    def path(self, points: Iterable[Point]) -> str:
        return " ".join(f"{self.across(x):.1f},{self.up(y):.1f}" for x, y in points)


def scenario_fans(
    start: Point | None,
    months: Sequence[int],
    fans: Sequence[Fan],
    bounds: Sequence[float],
    words: str,
    lang: Lang,
) -> Markup:
    """The chart as SVG.

    Parameters
    ----------
    start : the last month known, where every fan opens; None if none is known
    months : of the year, 1 to 12, that the fans have
    fans : the forecast first
    bounds : of the target; a line each
    words : the chart in words, for who cannot see it
    """
    known = [start[1]] if start else []
    values = [*known, *bounds, *(value for fan in fans for value in (*fan.low, *fan.high))]
    ticks = _ticks(min(values), max(values))
    plane = _Plane(start[0] if start else months[0], months[-1], ticks[0], ticks[-1])
    drawn = [_tick(value, plane.up(value), lang) for value in ticks]
    drawn += [_month(one, plane.across(one), lang) for one in range(plane.first, plane.last + 1)]
    for draw in (_band, _middle):
        drawn += [draw(plane, start, months, fan) for fan in fans]
    drawn += [_target(plane.up(bound)) for bound in bounds]
    drawn += [_bar(plane, fan, place) for place, fan in enumerate(fans)]
    return Markup(
        f'<svg class="fans" viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" role="img" '
        f'aria-label="{escape(words)}">{"".join(drawn)}</svg>'
    )


def _ticks(least: float, most: float) -> list[float]:
    """Round values that enclose the ends, about `TICKS` of them."""
    span = most - least or abs(most) or 1.0
    step = 10.0 ** math.floor(math.log10(span / TICKS))
    step *= next(times for times in (1, 2, 2.5, 5, 10) if span / (step * times) <= TICKS)
    first, last = math.floor(least / step), math.ceil(most / step)
    return [place * step for place in range(first, max(last, first + 1) + 1)]


def _tick(value: float, y: float, lang: Lang) -> str:
    digits = 0 if float(value).is_integer() else 1
    return (
        f'<line class="grid" x1="{LEFT:.0f}" x2="{WIDTH - RIGHT:.0f}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text class="axis" x="{LEFT - 6:.0f}" y="{y + 4:.1f}" text-anchor="end">'
        f"{number(value, lang, digits)}</text>"
    )


def _month(month: int, x: float, lang: Lang) -> str:
    name = f"T{month}" if lang == "vi" else str(month)
    return (
        f'<text class="axis" x="{x:.1f}" y="{HEIGHT - 8:.0f}" text-anchor="middle">{name}</text>'
    )


def _band(plane: _Plane, start: Point | None, months: Sequence[int], fan: Fan) -> str:
    opening = [start] if start else []
    above = [*opening, *zip(months, fan.high, strict=True)]
    below = [*opening, *zip(months, fan.low, strict=True)]
    points = plane.path([*above, *reversed(below)])
    return f'<polygon class="band case-{fan.order}" points="{points}"/>'


def _middle(plane: _Plane, start: Point | None, months: Sequence[int], fan: Fan) -> str:
    points = plane.path([*([start] if start else []), *zip(months, fan.middle, strict=True)])
    return f'<polyline class="middle case-{fan.order}" points="{points}"/>'


def _target(y: float) -> str:
    return f'<line class="goal" x1="{LEFT:.0f}" x2="{WIDTH - 4:.0f}" y1="{y:.1f}" y2="{y:.1f}"/>'


def _bar(plane: _Plane, fan: Fan, place: int) -> str:
    x = WIDTH - RIGHT + STEP * (place + 1)
    top, middle, bottom = (plane.up(ends[-1]) for ends in (fan.high, fan.middle, fan.low))
    return (
        f'<rect class="end case-{fan.order}" x="{x - 4:.1f}" y="{top:.1f}" width="8" '
        f'height="{max(bottom - top, 1.5):.1f}"/>'
        f'<line class="mid case-{fan.order}" x1="{x - 6:.1f}" x2="{x + 6:.1f}" y1="{middle:.1f}" '
        f'y2="{middle:.1f}"/>'
        f'<text class="mark case-{fan.order}" x="{x:.1f}" y="{top - 4:.1f}" text-anchor="middle">'
        f"{escape(fan.mark)}</text>"
    )
