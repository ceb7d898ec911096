"""What each kind does, by hand; and that nothing else decides by a kind's name.

`python -m tests.models.test_kinds [FOLDER]` lists and counts the comparisons on a kind in a
checkout.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from data.plans.kpi import Kpi
from data.readers.spreadsheet.words import KINDS, code_of
from models.errors import UnknownKind
from models.kinds import TRAITS, Kept, Kind, KindTraits, kinds_that, traits_of

ROOT = Path(__file__).parents[2]
ROOMS = ("data", "models", "training", "service")
HOME = Path("models", "kinds.py")
MOST = 25
QUESTIONS = [one.name for one in fields(KindTraits) if isinstance(one.default, bool)]

# Two paths of last year's first three months, and the months' denominators
LAST_YEAR = np.array([[10.0, 20.0, 30.0], [20.0, 20.0, 40.0]])
DENOMINATORS = np.array([1.0, 1.0, 2.0])
ONES = np.ones(3)
MONTHS = np.array([12.0, 24.0, 30.0])
SUMMED = ("flow", "count", "milestone", "log")


# The registry


def test_every_kind_has_one_record_and_every_record_a_kind() -> None:
    assert tuple(TRAITS) == get_args(Kind)
    assert [traits.name for traits in TRAITS.values()] == list(TRAITS)


@pytest.mark.parametrize("kind", TRAITS)
def test_every_kind_answers_every_question(kind: str) -> None:
    traits = traits_of(kind)
    assert all(isinstance(getattr(traits, question), bool) for question in QUESTIONS)
    assert traits.kept in get_args(Kept)
    assert [traits.has_months, traits.ticked_off, traits.in_words].count(True) == 1
    below = DENOMINATORS if traits.has_denominator else ONES
    assert traits.year.response(LAST_YEAR, below).shape == LAST_YEAR.shape
    assert traits.year.base(LAST_YEAR, below).shape == (2,)
    assert isinstance(traits.year.to_date(MONTHS, LAST_YEAR, below), float)


@pytest.mark.parametrize("question", QUESTIONS)
def test_no_question_has_one_answer_for_all_kinds(question: str) -> None:
    assert 0 < len(kinds_that(question)) < len(TRAITS)


@pytest.mark.parametrize(
    ("question", "kinds"),
    [
        ("own_figures", ("ratio", "milestone", "log")),
        ("adds_up", ("flow", "count")),
        ("sums_months", ("flow", "growth", "count")),
        ("accumulates", ("flow", "count", "milestone")),
        ("only_grows", ("flow", "average", "growth", "count", "milestone", "log")),
        ("last_month_only", ("closing",)),
        ("is_mean", ("average",)),
        ("spread_over_months", ("flow", "average")),
        ("has_denominator", ("ratio",)),
        ("known_by_rates", ("growth",)),
        ("outcome_is_rate", ("growth",)),
        ("months_on_last_year", ("ratio", "growth")),
        ("month_alone", ("closing", "ratio")),
        ("whole_numbers", ("count",)),
        ("can_be_task", ("count", "milestone")),
    ],
)
def test_which_kinds_answer_otherwise_than_most(question: str, kinds: tuple[str, ...]) -> None:
    usual = getattr(KindTraits("flow", ()), question)
    found = [name for name, one in TRAITS.items() if getattr(one, question) is not usual]
    assert tuple(found) == kinds


def test_how_each_kind_is_kept() -> None:
    assert kinds_that("ticked_off") == ("milestone",)
    assert kinds_that("in_words") == ("log",)
    assert set(TRAITS) - set(kinds_that("has_months")) == {"milestone", "log"}


def test_an_unknown_kind_is_reported_with_the_known_kinds() -> None:
    with pytest.raises(UnknownKind, match=r"one of flow, .*log.*; found 'maximum'\. Correct"):
        traits_of("maximum")
    with pytest.raises(UnknownKind, match="found 'sum'"):
        _ = Kpi("a", "A", "A", "tonnes", kind="sum").traits  # type: ignore[arg-type]


def test_plan_documents_understand_every_kind_by_its_name_and_words() -> None:
    assert tuple(KINDS) == tuple(TRAITS)
    for kind, traits in TRAITS.items():
        assert {code_of(word, KINDS) for word in (kind, *traits.words)} == {kind}


# How a year is made of months, against pencil and paper


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        *((kind, [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]]) for kind in SUMMED),
        ("average", [[1 / 3, 1 / 3, 1 / 3], [1 / 3, 1 / 3, 1 / 3]]),
        ("closing", [[0.0, 0.0, 1.0], [0.0, 0.0, 1.0]]),
        ("ratio", [[0.25, 0.25, 0.5], [0.25, 0.25, 0.5]]),
        ("growth", [[100 / 60, 100 / 60, 100 / 60], [1.25, 1.25, 1.25]]),
    ],
)
def test_what_a_unit_of_a_month_adds(kind: str, wanted: list[list[float]]) -> None:
    np.testing.assert_array_equal(traits_of(kind).year.response(LAST_YEAR, DENOMINATORS), wanted)


@pytest.mark.parametrize(
    ("kind", "wanted"),
    [
        *((kind, [60.0, 80.0]) for kind in SUMMED),
        ("average", [20.0, 80 / 3]),
        ("closing", [30.0, 40.0]),
        ("ratio", [0.25 * 10 + 0.25 * 20 + 0.5 * 30, 0.25 * 20 + 0.25 * 20 + 0.5 * 40]),
        ("growth", [100.0, 100.0]),
    ],
)
def test_last_years_outcome(kind: str, wanted: list[float]) -> None:
    np.testing.assert_array_equal(traits_of(kind).year.base(LAST_YEAR, DENOMINATORS), wanted)


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        *((kind, [66.0, 66.0]) for kind in SUMMED),
        ("average", [22.0, 22.0]),
        ("closing", [30.0, 30.0]),
        ("ratio", [24.0, 24.0]),
        ("growth", [10.0, -17.5]),
    ],
)
def test_the_outcome_is_offset_and_months_by_response(kind: str, outcome: list[float]) -> None:
    """Of three months, 12, 24 and 30; for the ratio they are the monthly ratios."""
    year = traits_of(kind).year
    found = year.offset + (MONTHS * year.response(LAST_YEAR, DENOMINATORS)).sum(axis=1)
    np.testing.assert_allclose(found, outcome, rtol=1e-12)


@pytest.mark.parametrize(
    ("kind", "to_date", "combined"),
    [
        *((kind, 66.0, 66.0) for kind in SUMMED),
        ("average", 22.0, 22.0),
        ("closing", 30.0, 30.0),
        ("ratio", 24.0, None),
        ("growth", 100 * (66 / 70 - 1), None),  # last year's median months: 15, 20, 35
    ],
)
def test_the_year_to_date_of_months(kind: str, to_date: float, combined: float | None) -> None:
    year = traits_of(kind).year
    assert year.to_date(MONTHS, LAST_YEAR, DENOMINATORS) == pytest.approx(to_date, rel=1e-12)
    assert year.combined(MONTHS) == combined


@pytest.mark.parametrize(
    ("kind", "shown", "known"),
    [
        *((kind, 9.0, [9.0, 9.0]) for kind in SUMMED),
        ("average", 3.0, [0.75, 0.75]),  # a sum of 9 in three months of twelve
        ("closing", None, None),
        ("ratio", 9.0, [6.75, 6.75]),  # three quarters of the denominators
        ("growth", 9.0, [1.09 * 60 * 0.5 - 100, 1.09 * 80 * 0.5 - 100]),
    ],
)
def test_a_published_year_to_date(
    kind: str, shown: float | None, known: list[float] | None
) -> None:
    response = {
        "average": np.full((2, 3), 1 / 12),
        "ratio": np.full((2, 3), 0.25),
        "growth": np.full((2, 3), 0.5),
    }.get(kind, np.ones((2, 3)))
    year = traits_of(kind).year
    assert year.published(9.0, 3) == shown
    found = year.known(9.0, LAST_YEAR, response)
    assert (found is None) == (known is None)
    if found is not None and known is not None:
        np.testing.assert_allclose(found, known, rtol=1e-12)


def test_a_finished_year_of_a_rate_is_the_rate_published_for_december() -> None:
    year, before = traits_of("growth").year, np.ones((2, 12))
    np.testing.assert_array_equal(year.known(4.5, before, before), [4.5, 4.5])


def test_a_ratio_without_denominators_has_no_outcome() -> None:
    year = traits_of("ratio").year
    assert np.isnan(year.response(LAST_YEAR, np.zeros(3))).all()
    assert np.isnan(year.base(LAST_YEAR, np.zeros(3))).all()


# Nothing else compares a kind


def named_kind(node: ast.AST) -> bool:
    """Whether an expression is a kind: `kind`, `….kind` or `…["kind"]`."""
    if isinstance(node, ast.Subscript):
        return isinstance(node.slice, ast.Constant) and node.slice.value == "kind"
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return name == "kind"


def names(node: ast.AST) -> bool:
    """Whether an expression is the name of a kind, or several."""
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return bool(node.elts) and all(names(one) for one in node.elts)
    return isinstance(node, ast.Constant) and node.value in TRAITS


def is_table(node: ast.AST) -> bool:
    """A dictionary by kind, or a list of kinds."""
    if isinstance(node, ast.Dict):
        return len(node.keys) > 1 and all(key is not None and names(key) for key in node.keys)
    return isinstance(node, ast.Tuple | ast.List | ast.Set) and len(node.elts) > 1 and names(node)


def tables_in(tree: ast.AST) -> Iterator[str]:
    """Names of the variables that hold a table of kinds."""
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value and is_table(node.value):
            yield from (one.id for one in targets if isinstance(one, ast.Name))


def decisions(tree: ast.AST, tables: frozenset[str]) -> Iterator[int]:
    """Lines that decide by a kind's name: comparisons, cases of a match, and tables."""
    within: set[ast.AST] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            known = [one for one in sides if names(one) or getattr(one, "id", "") in tables]
            within.update(known)
            if known and any(named_kind(one) for one in sides):
                yield node.lineno
        elif isinstance(node, ast.Match) and named_kind(node.subject):
            yield from (case.pattern.lineno for case in node.cases)
        elif isinstance(node, ast.expr) and is_table(node) and node not in within:
            yield node.lineno


_IN_TEMPLATE = re.compile(
    rf"\bkind\b['\"\]]* *(==|!=|(not )?in) *[(\[]?['\"]({'|'.join(TRAITS)})\b"
)


def compared_outside(root: Path) -> list[str]:
    """'file:line' of every decision by a kind's name outside `models/kinds.py`."""
    files = [path for room in ROOMS for path in sorted((root / room).rglob("*.py"))]
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in files}
    tables = frozenset(name for tree in trees.values() for name in tables_in(tree))
    found = [
        f"{path.relative_to(root)}:{line}"
        for path, tree in trees.items()
        if path.relative_to(root) != HOME
        for line in sorted(decisions(tree, tables))
    ]
    for path in sorted((root / "service").rglob("*.html")):
        lines = path.read_text(encoding="utf-8").splitlines()
        found += [
            f"{path.relative_to(root)}:{number}"
            for number, line in enumerate(lines, 1)
            for _ in _IN_TEMPLATE.finditer(line)
        ]
    return found


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ("kpi.kind == 'growth'", 1),
        ("one['kind'] not in ('flow', 'count')", 1),
        ("SUMMED = ('flow', 'count')\nkind in SUMMED and part.kind in SUMMED", 3),
        ("{'flow': 1, 'average': 2}.get(one['kind'])", 1),
        ("match series.kind:\n  case 'flow': pass\n  case 'ratio': pass", 2),
        ("target.form == 'growth'", 0),
        ("kind == 'xlsx'", 0),
        ("Kpi('a', kind='flow')", 0),
        ("{'count': 1, 'year': 2}", 0),
    ],
)
def test_the_count_sees_what_decides_by_a_kind(code: str, count: int) -> None:
    tree = ast.parse(code)
    assert len(list(decisions(tree, frozenset(tables_in(tree))))) == count


def test_the_count_sees_templates() -> None:
    assert _IN_TEMPLATE.search('{% if kpi.kind != "log" %}')
    assert _IN_TEMPLATE.search('{% if kpi.kind not in ("log",) %}')
    assert not _IN_TEMPLATE.search('{% if one.kind == "champion" %}')


def test_a_kind_is_compared_in_few_places_outside_its_own_module() -> None:
    found = compared_outside(ROOT)
    assert len(found) <= MOST, "\n".join(found)


if __name__ == "__main__":
    places = compared_outside(Path(sys.argv[1]) if sys.argv[1:] else ROOT)
    print(*places, sep="\n")
    print(f"{len(places)} in {len({one.partition(':')[0] for one in places})} files")
