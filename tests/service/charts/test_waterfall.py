"""The rows of a waterfall and the fans of scenarios, by hand."""

from __future__ import annotations

import re

from service.charts.scenario_fans import Fan, scenario_fans
from service.charts.waterfall import WIDTH, step, whole


def bar(drawn: str) -> tuple[str, float, float]:
    found = re.search(r'<rect class="(wf-(?!ground)\w+)" x="([\d.]+)".*? width="([\d.]+)"', drawn)
    assert found
    return found[1], float(found[2]), float(found[3])


def test_a_step_goes_from_where_the_last_one_ended() -> None:
    assert bar(whole(0.5, (), last=False)) == ("wf-before", 0.0, WIDTH / 2)
    assert bar(step(0.5, 0.8, ())) == ("wf-up", WIDTH / 2, round(0.3 * WIDTH, 1))
    assert bar(step(0.8, 0.6, ())) == ("wf-down", round(0.6 * WIDTH, 1), round(0.2 * WIDTH, 1))
    assert bar(whole(0.6, (), last=True)) == ("wf-now", 0.0, round(0.6 * WIDTH, 1))


def test_a_bar_never_leaves_the_strip_and_is_never_invisible() -> None:
    for before, after in ((1.0, 1.0), (0.0, 0.0), (0.999, 1.0)):
        _, left, width = bar(step(before, after, (0.4, 0.8)))
        assert width > 1
        assert 0 <= left <= left + width <= WIDTH


def test_every_fan_is_drawn_with_its_letter_and_told_in_words() -> None:
    fans = (
        Fan("", 0, (10.0, 18.0), (11.0, 20.0), (12.0, 22.0)),
        Fan("A", 1, (9.0, 15.0), (10.0, 17.0), (11.0, 19.0)),
    )
    drawn = str(scenario_fans((6, 8.0), (7, 8), fans, (21.0,), 'coal: "20"', "vi"))
    assert drawn.count("<polygon") == 2
    assert drawn.count('class="goal"') == 1
    assert ">A</text>" in drawn
    assert 'aria-label="coal: &#34;20&#34;"' in drawn
    assert ">T6<" in drawn
    assert ">T8<" in drawn
