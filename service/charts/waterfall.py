"""A waterfall from one probability to another, drawn as the rows of a table.

Each row has its own strip, as wide as the cell; put below one another they are the picture,
and the figures beside them are its text. Colours are classes of the page's style, so that
they follow it on paper and in the dark.
"""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

WIDTH, HEIGHT, EDGE, THINNEST = 200.0, 24.0, 5.0, 1.2


def whole(value: float, marks: Sequence[float], *, last: bool) -> Markup:
    """A probability as a bar from zero: where the waterfall begins (or ends, if `last`).

    Parameters
    ----------
    value : from 0 to 1
    marks : probabilities to mark, such as those between two statuses
    last : whether nothing follows below
    """
    end = _place(value)
    joint = _joint(end, 0.0, EDGE) if last else _joint(end, HEIGHT - EDGE, HEIGHT)
    return _strip(f"{_bar('wf-now' if last else 'wf-before', 0.0, end)}{joint}", marks)


def step(before: float, after: float, marks: Sequence[float]) -> Markup:
    """What one cause added or took, from where the step above it ended.

    Parameters
    ----------
    before, after : probabilities from 0 to 1
    marks : as of `whole`
    """
    start, end = _place(before), _place(after)
    bar = _bar("wf-up" if after > before else "wf-down", min(start, end), max(start, end))
    above, below = _joint(start, 0.0, EDGE), _joint(end, HEIGHT - EDGE, HEIGHT)
    return _strip(f"{bar}{above}{below}", marks)


def _place(value: float) -> float:
    return WIDTH * min(max(value, 0.0), 1.0)


def _bar(name: str, start: float, end: float) -> str:
    width = max(end - start, THINNEST)
    left = min(start, WIDTH - width)
    high = HEIGHT - 2 * EDGE
    return (
        f'<rect class="{name}" x="{left:.1f}" y="{EDGE:.0f}" width="{width:.1f}" '
        f'height="{high:.0f}"/>'
    )


def _joint(x: float, top: float, bottom: float) -> str:
    """The thread from one row's bar to the next row's."""
    return _upright("wf-joint", x, top, bottom)


def _upright(name: str, x: float, top: float, bottom: float) -> str:
    return (
        f'<line class="{name}" x1="{x:.1f}" x2="{x:.1f}" y1="{top:.0f}" y2="{bottom:.0f}" '
        'vector-effect="non-scaling-stroke"/>'
    )


def _strip(drawn: str, marks: Sequence[float]) -> Markup:
    lines = "".join(_upright("wf-mark", _place(mark), 0.0, HEIGHT) for mark in marks)
    ground = f'<rect class="wf-ground" width="{WIDTH:.0f}" height="{HEIGHT:.0f}"/>'
    return Markup(
        f'<svg class="wf" viewBox="0 0 {WIDTH:.0f} {HEIGHT:.0f}" preserveAspectRatio="none" '
        f'aria-hidden="true" focusable="false">{ground}{lines}{drawn}</svg>'
    )
