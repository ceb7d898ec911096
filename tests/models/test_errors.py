"""The tree of errors, and what an error says."""

from __future__ import annotations

import pickle
import re

import pytest

from models import errors
from models.errors import (
    CannotForecast,
    InputError,
    NotFound,
    SeriesTooShort,
    UnknownLayout,
    UnreadableFile,
    VedichError,
)

CLASSES = {
    name: kind
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, Exception)
}


def depth(kind: type) -> int:
    return kind.__mro__.index(VedichError)


@pytest.mark.parametrize("name", CLASSES)
def test_every_error_is_in_the_tree_and_says_when_it_comes(name: str) -> None:
    assert issubclass(CLASSES[name], VedichError)
    assert CLASSES[name].__doc__


def test_the_tree_that_opens_the_module_is_the_tree_of_classes() -> None:
    """Each class stands once in the drawing, under its base and as deep as it is."""
    drawn: dict[str, int] = {}
    bases: list[str] = []
    for line in errors.__doc__.split("An error says")[0].splitlines()[2:]:
        names = re.match(r"([│ ├└─]*)([A-Z]\w+(?:, [A-Z]\w+)*)", line)
        if not names:
            continue
        level = len(names[1]) // 4
        for name in names[2].split(", "):
            drawn[name] = level
            if level:
                assert CLASSES[name].__base__ is CLASSES[bases[level - 1]]
        bases[level:] = [name]
    assert drawn == {name: depth(kind) for name, kind in CLASSES.items()}


def test_branches_that_others_rely_on() -> None:
    assert issubclass(SeriesTooShort, CannotForecast)
    assert issubclass(UnknownLayout, UnreadableFile)
    assert not issubclass(CannotForecast, InputError)
    assert not issubclass(NotFound, InputError)


def test_an_unreadable_file_says_where_what_and_what_to_do() -> None:
    error = UnreadableFile(
        "plan.xlsx",
        expected="a number",
        found="'about five'",
        sheet="Targets",
        cell="D7",
        path="targets[3].lower",
        advice="Write 5 or leave the cell empty.",
    )
    assert str(error) == (
        "plan.xlsx, sheet 'Targets', cell D7, targets[3].lower: expected a number, found "
        "'about five'. Write 5 or leave the cell empty."
    )
    assert (error.file, error.sheet, error.cell) == ("plan.xlsx", "Targets", "D7")
    assert (error.expected, error.found) == ("a number", "'about five'")


def test_an_unreadable_file_says_no_place_that_it_does_not_know() -> None:
    error = UnreadableFile("figures.csv", expected="a header", found="nothing")
    assert str(error) == "figures.csv: expected a header, found nothing."
    assert (error.sheet, error.cell, error.path, error.advice) == (None, None, None, "")


def test_an_error_comes_from_another_process_as_it_was() -> None:
    other = UnreadableFile("a.xlsx", expected="a number", found="'x'", sheet="1", cell="C3")
    error = UnknownLayout("a.xlsx", expected="a header", found="none", cell="B2", others=[other])
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.cell) == (UnknownLayout, str(error), "B2")
    assert [str(one) for one in again.others] == [str(other)]
    plain = pickle.loads(pickle.dumps(InputError("expected {what}.", what="a file")))
    assert (str(plain), plain.template) == ("expected a file.", "expected {what}.")
