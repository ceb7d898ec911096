from __future__ import annotations

from typing import Any

import pytest

from models.errors import InvalidTarget
from models.targets.target import Target


@pytest.mark.parametrize(
    ("comparator", "given", "missing"),
    [
        ("at_least", {"upper": 5.0}, "lower"),
        ("at_most", {"lower": 5.0}, "upper"),
        ("between", {"lower": 5.0}, "upper"),
        ("between", {"upper": 5.0}, "lower"),
        ("between", {}, "lower and upper"),
        ("about", {"upper": 5.0}, "lower"),
    ],
)
def test_a_target_without_its_bounds_says_which_is_missing(
    comparator: Any, given: dict[str, Any], missing: str
) -> None:
    with pytest.raises(InvalidTarget, match=rf"'{comparator}' needs {missing}; add it"):
        Target(comparator, **given)


@pytest.mark.parametrize(
    ("comparator", "given"),
    [
        ("at_least", {"lower": 0.0}),
        ("at_most", {"upper": 0.0}),
        ("between", {"lower": -1.0, "upper": 1.0}),
        ("between", {"lower": 4.0, "upper": 4.0}),
        ("about", {"lower": 4.0}),
        ("about", {"lower": 4.0, "upper": 5.0}),
    ],
)
def test_a_target_with_its_bounds_is_one(comparator: Any, given: dict[str, Any]) -> None:
    assert Target(comparator, **given).comparator == comparator


@pytest.mark.parametrize("comparator", ["at_least", "at_most", "between", "about"])
def test_bounds_the_wrong_way_round_are_refused(comparator: Any) -> None:
    with pytest.raises(InvalidTarget, match=r"lower bound 5\.0 is above upper bound 4\.0"):
        Target(comparator, lower=5.0, upper=4.0)


@pytest.mark.parametrize("bound", [float("nan"), float("inf"), -float("inf")])
def test_a_bound_that_is_no_number_is_refused(bound: float) -> None:
    with pytest.raises(InvalidTarget, match="a number"):
        Target("at_least", lower=bound)
    with pytest.raises(InvalidTarget, match="a number"):
        Target("about", lower=1.0, upper=bound)
