"""$filter and $orderby by hand: every operator, null, and invalid text."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, strategies as st

from models.errors import InvalidQuery, UnsupportedQuery
from service.odata.feed import PAGE, Query, collection, read_query
from service.odata.filters import read_filter, read_order
from service.odata.model import NAMES, PROPERTIES, csdl

EDM = "{http://docs.oasis-open.org/odata/ns/edm}"


def row(key: str = "a", **values: Any) -> dict[str, Any]:
    return {**dict.fromkeys(NAMES), "Id": key, **values}


COAL = row("c", Kpi="coal", Unit="tonnes", Probability=0.55, Year=2018, AsOf=date(2018, 6, 30))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Kpi eq 'coal'", True),
        ("Kpi ne 'coal'", False),
        ("Probability gt 0.5", True),
        ("Probability ge 0.55", True),
        ("Probability lt 0.55", False),
        ("Probability le 5.5e-1", True),
        ("Year eq 2018 and Probability gt 0.9", False),
        ("Year eq 2018 or Probability gt 0.9", True),
        ("not (Year eq 2018)", False),
        ("not (Year eq 2019) and Kpi eq 'coal'", True),
        ("Year eq 2019 or Year eq 2018 and Kpi eq 'steel'", False),  # and binds closer
        ("(Year eq 2018 or Year eq 2019) and Kpi eq 'coal'", True),
        ("Kpi in ('steel','coal')", True),
        ("Kpi in ('steel')", False),
        ("contains(Kpi,'oa')", True),
        ("startswith(Kpi,'oa')", False),
        ("endswith(tolower(Unit),'nes')", True),
        ("toupper(Kpi) eq 'COAL'", True),
        ("length(trim(Kpi)) eq 4", True),
        ("AsOf ge 2018-06-30 and AsOf lt 2018-07-01", True),
        ("year(AsOf) eq 2018 and month(AsOf) eq 6 and day(AsOf) eq 30", True),
        ("Status eq null", True),
        ("Status ne null", False),
        ("Kpi ne null", True),
        ("Status eq 'missed'", False),
        ("Actual gt -1", False),  # null is neither less nor greater
        ("not (Actual gt -1)", True),
        ("contains(Status,'m')", False),
        ("not contains(Status,'m')", True),
        ("true", True),
        ("not " * 3001 + "false", True),
        (" or ".join(["Year eq 1"] * 3000), False),
    ],
)
def test_a_filter_by_hand(text: str, kept: bool) -> None:
    assert read_filter(text)(COAL) is kept


def test_a_quote_in_a_text_is_doubled() -> None:
    assert read_filter("Kpi eq 'o''clock'")(row(Kpi="o'clock"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Gold eq 1", "no property 'Gold'"),
        ("Kpi eq 1", "compares a text with a number"),
        ("Probability eq '0.5'", "compares a number with a text"),
        ("Kpi", "expected a comparison"),
        ("Kpi eq", "the end"),
        ("Kpi eq 'coal' Kpi", "expected the end"),
        ("(Kpi eq 'coal'", r"expected '\)'"),
        ("Kpi eq 'coal", "cannot read"),
        ("contains(Kpi)", "arguments"),
        ("contains(Year,'2')", "needs a text"),
        ("Year and Kpi", "needs a bool"),
        ("AsOf eq 2018-13-01", "expected a date"),
        ("(" * 60 + "true" + ")" * 60, "parentheses"),
        ("tolower(" * 60 + "Kpi" + ")" * 60 + " eq 'x'", "parentheses"),
        ("not " * 3000 + "Year", "needs a bool"),
        ("", "the end"),
    ],
)
def test_what_cannot_be_read_says_where(text: str, words: str) -> None:
    with pytest.raises(InvalidQuery, match=words):
        read_filter(text)


@pytest.mark.parametrize("text", ["Year add 1 eq 2019", "round(Probability) eq 1"])
def test_what_the_feed_does_not_have_is_said_to_be_so(text: str) -> None:
    with pytest.raises(UnsupportedQuery, match="not supported"):
        read_filter(text)


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(InvalidQuery):
        assert read_filter(text)(COAL) in (True, False)


def test_orders() -> None:
    assert read_order("Kpi, Probability desc,Year asc") == [
        ("Kpi", False),
        ("Probability", True),
        ("Year", False),
    ]
    for wrong in ("Gold", "Kpi up", "Kpi desc asc", ""):
        with pytest.raises(InvalidQuery, match="orderby"):
            read_order(wrong)


def test_null_is_the_least_in_an_order() -> None:
    rows = [row("a", Probability=0.5), row("b"), row("c", Probability=0.1)]
    for text, keys in (("Probability", "bca"), ("Probability desc", "acb")):
        found = collection(rows, read_query([("$orderby", text)]), "r/")["value"]
        assert "".join(one["Id"] for one in found) == keys


ROWS = [row(f"{place:03d}", Year=place) for place in range(25)]


@given(
    st.integers(0, 30), st.one_of(st.none(), st.integers(0, 30)), st.integers(1, 30), st.booleans()
)
def test_pages_give_every_row_once(skip: int, top: int | None, page: int, count: bool) -> None:
    options = [("$skip", str(skip)), ("$count", "true" if count else "false")]
    options += [("$top", str(top))] if top is not None else []
    keys, following = [], ""
    while True:
        extra = [("$skiptoken", following)] if following else []
        answer = collection(ROWS, read_query([*options, *extra], f"maxpagesize={page}"), "r/")
        keys += [one["Id"] for one in answer["value"]]
        assert len(answer["value"]) <= page
        assert answer.get("@odata.count") == (len(ROWS) if count else None)
        if "@odata.nextLink" not in answer:
            break
        following = answer["@odata.nextLink"].rpartition("%24skiptoken=")[2]
    wanted = [one["Id"] for one in ROWS][skip:]
    assert keys == (wanted if top is None else wanted[:top])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ([("$top", "-1")], "whole number"),
        ([("$skip", "x")], "whole number"),
        ([("$count", "yes")], "true or false"),
        ([("$select", "Gold")], "no property"),
        ([("$tip", "1")], "expected one of"),
        ([("$top", "1"), ("$top", "2")], "once"),
    ],
)
def test_options_that_cannot_be_read(options: list[tuple[str, str]], words: str) -> None:
    with pytest.raises(InvalidQuery, match=words):
        read_query(options)


@pytest.mark.parametrize("option", ["$expand", "$search", "$apply"])
def test_options_that_are_not_supported(option: str) -> None:
    with pytest.raises(UnsupportedQuery):
        read_query([(option, "x")])
    with pytest.raises(UnsupportedQuery):
        read_query([("$format", "atom")])


def test_pages_have_a_size_of_their_own_and_a_largest() -> None:
    assert read_query([]).page == PAGE
    assert read_query([], "odata.maxpagesize=7").page == 7
    assert read_query([], "maxpagesize=999999").page == 1000
    assert read_query([("mine", "x")]) == Query(options={})  # others' options are let through


def test_the_metadata_is_csdl_4_0_and_names_every_property() -> None:
    root = ElementTree.fromstring(csdl())
    assert root.tag == "{http://docs.oasis-open.org/odata/ns/edmx}Edmx"
    assert root.attrib["Version"] == "4.0"
    type_ = root.find(f".//{EDM}EntityType")
    assert type_ is not None
    told = {one.attrib["Name"]: one.attrib["Type"] for one in type_.findall(f"{EDM}Property")}
    assert told == {one.name: one.type for one in PROPERTIES}
    key = type_.find(f"{EDM}Key/{EDM}PropertyRef")
    assert key is not None
    assert key.attrib["Name"] == "Id"
    of_key = next(one for one in type_ if one.attrib.get("Name") == "Id")
    assert of_key.attrib["Nullable"] == "false"
    set_ = root.find(f".//{EDM}EntityContainer/{EDM}EntitySet")
    assert set_ is not None
    schema = root.find(f".//{EDM}Schema")
    assert schema is not None
    assert set_.attrib["EntityType"] == f"{schema.attrib['Namespace']}.{type_.attrib['Name']}"
