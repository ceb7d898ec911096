"""One query of the feed: which rows, in which order, which properties, which page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from data.plans.rows import plan_slugs
from data.sign_off.rows import issued_months
from models.errors import InvalidQuery, NotFound, UnsupportedQuery
from service.odata.filters import read_filter, read_order
from service.odata.model import KEY, NAMES, SET, Row, rows_of
from service.projections.basis import as_of_date
from service.projections.issued import issued_projections
from service.state.app_state import AppState

Json = dict[str, Any]

PAGE, LARGEST = 100, 1000  # rows of a page, unless the asker prefers otherwise
_KNOWN = ("$filter", "$select", "$orderby", "$top", "$skip", "$count", "$format", "$skiptoken")
_SUPPORTED_NOT = ("$expand", "$search", "$apply", "$compute", "$levels")
_PREFERRED = re.compile(r"(?:odata\.)?maxpagesize\s*=\s*(\d+)")
_QUOTED = re.compile(rf"(?:{KEY}=)?'((?:[^']|'')*)'")


@dataclass(frozen=True)
class Query:
    """System query options, read.

    Attributes
    ----------
    options : system options as they came, for the address of the next page
    select : properties to be shown; empty: all
    top, skip : None and 0 where not asked
    taken : rows that earlier pages gave
    page : rows of a page
    """

    options: Mapping[str, str]
    filter: str | None = None
    select: tuple[str, ...] = ()
    order: tuple[tuple[str, bool], ...] = ()
    top: int | None = None
    skip: int = 0
    count: bool = False
    taken: int = 0
    page: int = PAGE
    preferred: bool = False


def read_query(options: Sequence[tuple[str, str]], prefer: str = "") -> Query:
    """Read the options of an address.

    Raises
    ------
    InvalidQuery
        For an option that does not exist, is given twice or cannot be read.
    UnsupportedQuery
        For one that the feed does not have.
    """
    system = [(name, value) for name, value in options if name.startswith("$")]
    given = dict(system)
    if len(given) < len(system):
        raise InvalidQuery("expected each option once, found one of them twice.")
    for name in given:
        if name in _SUPPORTED_NOT:
            raise UnsupportedQuery(f"the option {name} is not supported.")
        if name not in _KNOWN:
            raise InvalidQuery(f"there is no option {name}; known are {', '.join(_KNOWN)}.")
    form = given.get("$format", "json")
    if not (form == "json" or form.startswith("application/json")):
        raise UnsupportedQuery(f"$format: only json is given, found '{form}'.")
    if given.get("$count", "false") not in ("true", "false"):
        raise InvalidQuery(f"$count: expected true or false, found '{given['$count']}'.")
    wished = _PREFERRED.search(prefer)
    return Query(
        options=given,
        filter=given.get("$filter"),
        select=_selected(given.get("$select")),
        order=tuple(read_order(given["$orderby"])) if "$orderby" in given else (),
        top=_whole("$top", given.get("$top")),
        skip=_whole("$skip", given.get("$skip")) or 0,
        count=given.get("$count") == "true",
        taken=_whole("$skiptoken", given.get("$skiptoken")) or 0,
        page=min(max(int(wished[1]), 1), LARGEST) if wished else PAGE,
        preferred=wished is not None,
    )


def collection(rows: Sequence[Row], query: Query, root: str) -> Json:
    """The answer to a query: a page of rows, and where the next one is.

    Parameters
    ----------
    rows : all issued ones
    root : address of the service, ending with '/'
    """
    kept = matching(rows, query)
    wanted = kept[query.skip :]
    if query.top is not None:
        wanted = wanted[: query.top]
    page = wanted[query.taken : query.taken + query.page]
    chosen = f"({','.join(query.select)})" if query.select else ""
    answer: Json = {"@odata.context": f"{root}$metadata#{SET}{chosen}"}
    if query.count:
        answer["@odata.count"] = len(kept)
    answer["value"] = [_shown(row, query.select) for row in page]
    if query.taken + query.page < len(wanted):
        following = {**query.options, "$skiptoken": str(query.taken + query.page)}
        answer["@odata.nextLink"] = f"{root}{SET}?{urlencode(following, quote_via=quote)}"
    return answer


def matching(rows: Sequence[Row], query: Query) -> list[Row]:
    """The rows that a query keeps, in its order; ties by key, null before all else."""
    keeps = read_filter(query.filter) if query.filter is not None else None
    found = [row for row in rows if keeps is None or keeps(row)]
    found.sort(key=lambda row: str(row[KEY]))
    for name, descending in reversed(query.order):
        found.sort(key=partial(_rank, name), reverse=descending)
    return found


def entity(rows: Sequence[Row], key: str, query: Query, root: str) -> Json:
    """One row by its key, as written in the address: 'x' or Id='x'.

    Raises
    ------
    InvalidQuery
        If the key is not written so.
    NotFound
        If no issued row has it.
    """
    found = _QUOTED.fullmatch(key)
    if found is None:
        raise InvalidQuery(f"expected a key in quotes, such as {SET}('…'), found '{key}'.")
    wanted = found[1].replace("''", "'")
    row = next((one for one in rows if one[KEY] == wanted), None)
    if row is None:
        raise NotFound(f"there is no issued row '{wanted}' in {SET}.")
    chosen = f"({','.join(query.select)})" if query.select else ""
    context = f"{root}$metadata#{SET}{chosen}/$entity"
    return {"@odata.context": context, **_shown(row, query.select)}


def service_document(root: str) -> Json:
    """What there is to be asked."""
    return {
        "@odata.context": f"{root}$metadata",
        "value": [{"name": SET, "kind": "EntitySet", "url": SET}],
    }


def issued_rows(app_state: AppState) -> list[Row]:
    """The rows of all months that were issued, of all plans."""
    rows: list[Row] = []
    for plan in plan_slugs(app_state.store):
        rows += app_state.issued_rows(plan, partial(_rows, app_state, plan))
    return rows


def _rows(app_state: AppState, plan: str) -> tuple[Row, ...]:
    found: list[Row] = []
    for month in issued_months(app_state.store, plan):
        found += rows_of(issued_projections(app_state.store, plan, as_of_date(str(month))))
    return tuple(found)


def _selected(text: str | None) -> tuple[str, ...]:
    if text is None or text.strip() == "*":
        return ()
    names = tuple(name.strip() for name in text.split(","))
    for name in names:
        if name not in NAMES:
            raise InvalidQuery(f"$select: there is no property '{name}'; $metadata lists them.")
    return tuple(dict.fromkeys(names))


def _whole(name: str, text: str | None) -> int | None:
    if text is None:
        return None
    if not re.fullmatch(r"\d{1,9}", text):
        raise InvalidQuery(f"{name}: expected a whole number from 0 up, found '{text}'.")
    return int(text)


def _shown(row: Row, select: tuple[str, ...]) -> Json:
    names = select or tuple(NAMES)
    return {name: _json(row[name]) for name in names}


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _rank(name: str, row: Row) -> tuple[bool, Any]:
    """By a property: null is the least, the other values by themselves."""
    value = row[name]
    return (value is not None, 0 if value is None else value)
