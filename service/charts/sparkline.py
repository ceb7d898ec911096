"""Sparklines: a year of months in the height of a text line, drawn on the server."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

WIDTH, HEIGHT, EDGE = 116.0, 30.0, 3.0
_BEFORE, _NOW, _AHEAD = "#77838f", "#12243a", "#1f5fa8"

Point = tuple[float, float]


def sparkline(
    before: Sequence[float | None], known: Sequence[float | None], ahead: Sequence[float | None]
) -> Markup:
    """Last year in grey, this year's months, and projected months dashed.

    Parameters
    ----------
    before : last year's months, January first; None if unknown
    known : this year's months; None if missing
    ahead : projected medians of the months after `known`

    Returns
    -------
    SVG, hidden from screen readers because the table has the same figures;
    '' with fewer than two points
    """
    series = [
        (list(enumerate(before)), _BEFORE, ""),
        (list(enumerate(known)), _NOW, ""),
        (_joined(known, ahead), _AHEAD, ' stroke-dasharray="3 2"'),
    ]
    values = [value for points, _, _ in series for _, value in points if value is not None]
    if len(values) < 2:
        return Markup("")
    low, span = min(values), max(values) - min(values) or 1.0

    def place(month: int, value: float) -> Point:
        x = EDGE + month * (WIDTH - 2 * EDGE) / 11
        y = HEIGHT - EDGE - (value - low) * (HEIGHT - 2 * EDGE) / span
        return round(x, 1), round(y, 1)

    shapes = []
    for points, color, dash in series:
        drawn = [place(month, value) for month, value in points if value is not None]
        if len(drawn) > 1:
            path = " ".join(f"{x},{y}" for x, y in drawn)
            shapes.append(
                f'<polyline points="{path}" fill="none" stroke="{color}" '
                f'stroke-width="1.5"{dash}/>'
            )
    last = [place(month, value) for month, value in enumerate(known) if value is not None][-1:]
    shapes += [f'<circle cx="{x}" cy="{y}" r="2.4" fill="{_NOW}"/>' for x, y in last]
    return Markup(
        f'<svg class="spark" viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" width="{WIDTH:.0f}" '
        f'height="{HEIGHT:.0f}" aria-hidden="true" focusable="false">{"".join(shapes)}</svg>'
    )


def _joined(
    known: Sequence[float | None], ahead: Sequence[float | None]
) -> list[tuple[int, float | None]]:
    """The projected months, starting from the last known month."""
    start = list(enumerate(known))[-1:]
    return [*start, *((len(known) + place, value) for place, value in enumerate(ahead))]
