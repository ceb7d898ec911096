"""A query of the feed: rows, order, properties and page."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any
from urllib.parse import quote, urlencode

from data.sign_off.rows import issued_months
from models.errors import InvalidQuery, NotFound, UnsupportedQuery
from service.odata.filters import read_filter, read_order
from service.odata.model import KEY, NAMES, SET, Row, rows_of
from service.projections.basis import as_of_date
from service.projections.issued import issued_projections
from service.rights.ownership import plans_open_to
from service.rights.rules import Member
from service.state.app_state import AppState

Json = dict[str, Any]

PAGE, LARGEST = 100, 1000  # rows of a page, unless the client prefers otherwise
_KNOWN = ("$filter", "$select", "$orderby", "$top", "$skip", "$count", "$format", "$skiptoken")
_UNSUPPORTED = ("$expand", "$search", "$apply", "$compute", "$levels")
_PREFERRED = re.compile(r"(?:odata\.)?maxpagesize\s*=\s*(\d+)")
_QUOTED = re.compile(rf"(?:{KEY}=)?'((?:[^']|'')*)'")


@dataclass(frozen=True)
class Query:
    """Parsed system query options.

    Attributes
    ----------
    options : raw system options, for the address of the next page
    select : properties to show; empty: all
    top, skip : None and 0 by default
    served : rows on earlier pages
    page : rows per page
    preferred : whether the client asked for this page size
    """

    options: Mapping[str, str]
    filter: str | None = None
    select: tuple[str, ...] = ()
    order: tuple[tuple[str, bool], ...] = ()
    top: int | None = None
    skip: int = 0
    count: bool = False
    served: int = 0
    page: int = PAGE
    preferred: bool = False


def read_query(options: Sequence[tuple[str, str]], prefer: str = "") -> Query:
    """Parse the query options of an address.

    Raises
    ------
    InvalidQuery
        If an option does not exist, is given twice or cannot be read.
    UnsupportedQuery
        If the feed does not support an option.
    """
    system = [(name, value) for name, value in options if name.startswith("$")]
    given = dict(system)
    if len(given) < len(system):
        raise InvalidQuery("expected each option once, found one of them twice.")
    for name in given:
        if name in _UNSUPPORTED:
            raise UnsupportedQuery(f"the option {name} is not supported.")
        if name not in _KNOWN:
            raise InvalidQuery(f"expected one of {', '.join(_KNOWN)}, found {name}.")
    form = given.get("$format", "json")
    if not (form == "json" or form.startswith("application/json")):
        raise UnsupportedQuery(f"$format: expected json, found '{form}'.")
    if given.get("$count", "false") not in ("true", "false"):
        raise InvalidQuery(f"$count: expected true or false, found '{given['$count']}'.")
    preferred = _PREFERRED.search(prefer)
    return Query(
        options=given,
        filter=given.get("$filter"),
        select=_selected(given.get("$select")),
        order=tuple(read_order(given["$orderby"])) if "$orderby" in given else (),
        top=_non_negative("$top", given.get("$top")),
        skip=_non_negative("$skip", given.get("$skip")) or 0,
        count=given.get("$count") == "true",
        served=_non_negative("$skiptoken", given.get("$skiptoken")) or 0,
        page=min(max(int(preferred[1]), 1), LARGEST) if preferred else PAGE,
        preferred=preferred is not None,
    )


def collection(rows: Sequence[Row], query: Query, root: str) -> Json:
    """The answer to a query: a page of rows, and the address of the next page.

    Parameters
    ----------
    rows : all issued rows
    root : address of the service, ending with '/'
    """
    kept = matching(rows, query)
    wanted = kept[query.skip :]
    if query.top is not None:
        wanted = wanted[: query.top]
    page = wanted[query.served : query.served + query.page]
    chosen = f"({','.join(query.select)})" if query.select else ""
    answer: Json = {"@odata.context": f"{root}$metadata#{SET}{chosen}"}
    if query.count:
        answer["@odata.count"] = len(kept)
    answer["value"] = [_shown(row, query.select) for row in page]
    if query.served + query.page < len(wanted):
        following = {**query.options, "$skiptoken": str(query.served + query.page)}
        answer["@odata.nextLink"] = f"{root}{SET}?{urlencode(following, quote_via=quote)}"
    return answer


def matching(rows: Sequence[Row], query: Query) -> list[Row]:
    """The rows that match a query, in its order; ties by key, null first."""
    keeps = read_filter(query.filter) if query.filter is not None else None
    found = [row for row in rows if keeps is None or keeps(row)]
    found.sort(key=lambda row: str(row[KEY]))
    for name, descending in reversed(query.order):
        found.sort(key=partial(_sort_key, name), reverse=descending)
    return found


def entity(rows: Sequence[Row], key: str, query: Query, root: str) -> Json:
    """One row by its key, as written in the address: 'x' or Id='x'.

    Raises
    ------
    InvalidQuery
        If the key has another form.
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
    """The service document: the entity sets of the feed."""
    return {
        "@odata.context": f"{root}$metadata",
        "value": [{"name": SET, "kind": "EntitySet", "url": SET}],
    }


def issued_rows(app_state: AppState, by: Member) -> list[Row]:
    """The rows of all issued months of the plans that the caller may read."""
    rows: list[Row] = []
    for plan in plans_open_to(app_state.store, by, "public"):
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


def _non_negative(name: str, text: str | None) -> int | None:
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


def _sort_key(name: str, row: Row) -> tuple[bool, Any]:
    """Sorts by a property, null before all values."""
    value = row[name]
    return (value is not None, 0 if value is None else value)
