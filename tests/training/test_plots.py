"""Numbers of a scale, and the pictures as well-formed SVG."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from training.backtest.scoreboard import ENSEMBLE, QUANTILES
from training.plots import Frame, edges, plots_of, scale, words

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize(
    ("low", "high", "count", "marks"),
    [
        (0.0, 1.0, 5, [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (-0.11, 0.14, 3, [-0.1, 0.0, 0.1]),
        (0.998, 0.999, 3, [0.998, 0.9985, 0.999]),
        (0.0, 0.141, 5, [0.0, 0.025, 0.05, 0.075, 0.1, 0.125]),
    ],
)
def test_a_scale_has_round_numbers_within_its_edges(
    low: float, high: float, count: int, marks: list[float]
) -> None:
    assert scale(low, high, count) == pytest.approx(marks)


def test_equal_values_still_have_two_edges() -> None:
    assert edges([1.0, 1.0]) == (1.0, 1.001)
    assert edges([2.0, -1.0]) == (-1.0, 2.0)


def test_a_place_is_counted_from_the_upper_left_corner() -> None:
    frame = Frame(10, 20, 100, 50, x=(0, 10), y=(0, 1))
    assert 'points="10.0,70.0 110.0,20.0 60.0,45.0"' in frame.line([0, 10, 5], [0, 1, 0.5], "red")


def test_names_are_text_and_nothing_else() -> None:
    assert words(0, 0, "<b> & c").endswith(">&lt;b&gt; &amp; c</text>")


def test_every_kpi_with_a_last_year_has_a_fan_in_a_well_formed_picture() -> None:
    rows = pd.DataFrame(
        [
            {
                "kpi": kpi,
                "year": 2020,
                "months_known": known,
                "method": method,
                "outcome": 1.1,
                "base": base,
                "annual_error": 0.1 / (known + 1),
                **dict(zip(QUANTILES, np.linspace(0.9, 1.3, 9), strict=True)),
            }
            for kpi, base in (("coal & coke", 1.0), ("steel", 2.0), ("new", 0.0))
            for method in (ENSEMBLE, "pace")
            for known in range(12)
        ]
    )
    drawn = {name: ElementTree.fromstring(svg) for name, svg in plots_of(rows).items()}
    assert len(drawn["fan.svg"].findall(f"{SVG}polygon")) == 2
    written = [one.text for one in drawn["fan.svg"].iter(f"{SVG}text")]
    assert "coal & coke" in written
    assert "new" not in written
    assert len(drawn["backtest.svg"].findall(f"{SVG}polyline")) == 2
    assert len(drawn["reliability.svg"].findall(f"{SVG}circle")) == len(QUANTILES)
