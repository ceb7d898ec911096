"""Route × role × family: what every route of the application answers to people of other bodies.

The objects are those of `tests/service/auth/test_roles.py`, and belong to the body 'north'
under the house. Those who ask belong to the house, above it, or to 'south', beside it.
A new route is found by itself; one that is about no family needs a line in `ABOUT_NO_FAMILY`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from data.accounts.accounts import ROLES, Access, add_account, set_body
from data.accounts.bodies import HOUSE, add_body, give_family, set_shares
from data.accounts.keys import add_key
from data.db import tables
from data.plans.rows import save_plan
from data.readers.plan_document.file import plan_text
from service.auth.access import declared
from service.rights.ownership import named
from service.rights.rules import ACCESS
from tests.families import demo_plan
from tests.service.auth.test_roles import ASKED, PLACES, Asked
from tests.service.workflow.test_entries import PLAN as TASKS

pytestmark = pytest.mark.slow

ACCOUNT_STEPS = (
    "role", "body", "password", "clear", "reset-factor", "link", "disable", "enable",
)  # fmt: skip
ABOUT_NO_FAMILY = {
    *(("GET", path) for path in ("/", "/docs", "/healthz", "/metrics", "/openapi.json")),
    *(("GET", path) for path in ("/problems", "/readyz", "/static/{name}")),
    # one's own session and account
    *(("GET", path) for path in ("/account", "/login", "/login/second", "/v1/session")),
    ("GET", "/typed-number"),  # reads a number, and nothing of a plan
    ("GET", "/help"),
    # a plan that is not there yet; the family it names is checked below
    *(("GET", f"/new-plan{rest}") for rest in ("", "/template.xlsx")),
    ("POST", "/new-plan"),
    # pages of what an administrator manages, tested below
    ("GET", "/house"),
    ("GET", "/roll-up"),  # of the plans that the caller sees, tested with the totals
    *(("POST", f"/house/{name}") for name in ("accounts", "keys", "bodies")),
    *(("POST", f"/house/{name}") for name in ("accounts/{name}", "keys/{name}", "bodies/{body}")),
    *(("GET", f"/login/oidc{step}") for step in ("", "/back", "/out")),
    *(("POST", path) for path in ("/login", "/login/second", "/logout", "/v1/session/password")),
    *(("POST", f"/account/{step}") for step in ("password", "factor", "recovery")),
    ("POST", "/account/factor/confirm"),
    # lists of what the caller may see, tested below
    *(("GET", path) for path in ("/odata/", "/odata/$metadata", "/odata/Projections")),
    *(("GET", path) for path in ("/odata/Projections/$count", "/odata/Projections({key})")),
    *(("GET", f"/v1/{name}") for name in ("plans", "models", "audit", "jobs", "waiting")),
    # what an administrator manages, tested below
    *(("GET", f"/v1/{name}") for name in ("accounts", "keys", "bodies")),
    *(("POST", f"/v1/{name}") for name in ("accounts", "keys", "bodies")),
    *(("POST", f"/v1/accounts/{{name}}/{step}") for step in ACCOUNT_STEPS),
    ("GET", "/v1/bodies/{body}/roll-up/{kpi}"),
    ("POST", "/v1/keys/{name}/revoke"),
    *(("POST", f"/v1/bodies/{{body}}/{step}") for step in ("share", "families")),
}
SCOPES: dict[str, Access] = {"issued": "public", "read": "viewer", "entry": "entry"}


@pytest.fixture
def house(office: Any) -> Any:
    """The office, whose people and figures are those of 'north'; others in 'south' and above."""
    store = office.store
    for slug in ("north", "south"):
        add_body(store, slug, slug, slug, "os:root")
    for role in ROLES:
        set_body(store, role, "north", "os:root")
    with store.writing() as connection:
        connection.execute(update(tables.api_keys).values(body="north"))
    give_family(store, "demo", "north", "os:root")
    save_plan(store, replace(TASKS, slug="tasks-2021", family="tasks"), body="north")
    save_plan(store, replace(demo_plan(), slug="south-2018", family="south"), body="south")
    for body in (HOUSE, "south"):
        for role in ROLES:
            add_account(store, f"{body}.{role}", role, office.password, "os:root", body)
        for scope in SCOPES:
            name = f"{body}.{scope}"
            office.keys[name] = add_key(store, name, scope, "os:root", body=body)
    return office


def strangers(body: str) -> Iterator[tuple[str, Access]]:
    """Those of a body, and the access they have to what is their own body's."""
    for role in ROLES:
        yield f"{body}.{role}", role
    for scope, access in SCOPES.items():
        yield f"key:{body}.{scope}", access


def address_of(asked: Asked, path: str, told: dict[str, Any]) -> str:
    return (path + asked.query).format(**{**PLACES, **asked.places, **told})


def is_about_a_family(asked: Asked, path: str) -> bool:
    """Whether the route, as it is asked here, names a thing of a family."""
    told = {"id": "1", "stamp": "ABCDEFGHIJKL", "project": "1"}
    places = {name: "x" for name in ("plan", "id", "stamp") if f"{{{name}}}" in path}
    places = {name: told.get(name, value) for name, value in places.items()}
    pairs = asked.query.removeprefix("?").split("&")
    query = [(name, value) for name, _, value in (pair.partition("=") for pair in pairs)]
    return any(named(path.format(**{**PLACES, **asked.places, **told}), places, query))


def test_every_route_names_its_family_or_is_about_none(office: Any) -> None:
    routes = {(method, path) for method, path, _ in declared(office.client.app)}
    about = {one for one in routes if is_about_a_family(ASKED[one], one[1])}
    assert routes - about == ABOUT_NO_FAMILY


def options_of(asked: Asked, path: str, told: dict[str, Any]) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if asked.body is not None:
        own = {name: value for name, value in told.items() if f"{{{name}}}" not in path}
        options["json"] = {**asked.body, **own}
    if asked.form is not None:
        own = {name: value for name, value in told.items() if f"{{{name}}}" not in path}
        options["data"] = {**asked.form, **own}
    if asked.files is not None:
        options["files"] = asked.files
    if asked.file is not None:
        options["content"] = asked.file
    return options


def answers(house: Any, people: list[tuple[str, Access]]) -> dict[tuple[str, str, str], str]:
    """What each route about a family of 'north' answers to each of these people."""
    headers = {who: house.headers(who) for who, _ in people}
    found: dict[tuple[str, str, str], str] = {}
    for method, path, _access in declared(house.client.app):
        asked = ASKED[method, path]
        if not is_about_a_family(asked, path):
            continue
        told = asked.before(house)
        for who, _ in people:
            answer = house.client.request(
                method,
                address_of(asked, path, told),
                headers=headers[who],
                **options_of(asked, path, told),
            )
            done = 200 <= answer.status_code < 400
            found[who, method, path] = "done" if done else str(answer.status_code)
    return found


def expected(
    house: Any, people: list[tuple[str, Access]], most: Access | None
) -> dict[tuple[str, str, str], str]:
    """The same by the rule: `most` is the highest access that they have, None if hidden."""
    found: dict[tuple[str, str, str], str] = {}
    for method, path, needs in declared(house.client.app):
        assert needs is not None
        if not is_about_a_family(ASKED[method, path], path):
            continue
        for who, own in people:
            has = None if most is None else min(own, most, key=ACCESS.index)
            if who == "anonymous" and needs != "public":
                found[who, method, path] = "401"
            elif has is None:
                found[who, method, path] = "404"
            else:
                enough = ACCESS.index(has) >= ACCESS.index(needs)
                found[who, method, path] = ASKED[method, path].answer if enough else "403"
    return found


def test_to_a_neighbour_it_does_not_exist(house: Any) -> None:
    people: list[tuple[str, Access]] = [*strangers("south"), ("anonymous", "public")]
    assert answers(house, people) == expected(house, people, None)


def test_a_body_above_sees_all_and_changes_nothing(house: Any) -> None:
    people = list(strangers(HOUSE))
    assert answers(house, people) == expected(house, people, "viewer")


def test_what_is_shared_is_read_once_it_is_issued(house: Any) -> None:
    set_shares(house.store, "north", True, "os:root")
    people: list[tuple[str, Access]] = [
        ("south.admin", "admin"),
        ("key:south.read", "viewer"),
        ("anonymous", "public"),
    ]
    assert answers(house, people) == expected(house, people, "public")


@pytest.mark.parametrize(
    ("path", "name", "other"),
    [
        ("/v1/plans/{}", "demo-2018", "demo-2017"),
        ("/v1/plans/{}/projections", "demo-2018", "demo-2017"),
        ("/v1/observations?plan={}", "demo-2018", "demo-2017"),
        ("/plans/{}/kpis/coal", "demo-2018", "demo-2017"),
        ("/embed/{}/coal", "demo-2018", "demo-2017"),
        ("/v1/imports/{}", "1", "99"),
        ("/v1/jobs/{}", "job", "0123456789abcdef"),
        ("/v1/stamps/{}", "stamp", "ABCDEFGHIJKL"),
        ("/plans/south-2018/data?import={}", "1", "99"),
    ],
)
def test_what_is_hidden_is_told_as_what_nobody_has(
    house: Any, path: str, name: str, other: str
) -> None:
    if name == "stamp":
        house.bring_month("issued")
        name = house.stamps()["coal"]
    if name == "job":
        name = house.client.app.state.vedich.jobs.start("retrain", "x", "An", "demo-2018", {}).id
    own = house.ask("viewer", "GET", path.replace("south-2018", "demo-2018").format(name))
    assert own.status_code == 200
    for who in ("south.admin", "key:south.read"):
        hidden = house.ask(who, "GET", path.format(name))
        nothing = house.ask(who, "GET", path.format(other))
        assert hidden.status_code == nothing.status_code == 404
        for told in (hidden, nothing):
            assert "demo-2018" not in told.text.replace(path.format(name), "").replace(
                f"'{name}'", ""
            )
        assert hidden.json()["type"] == nothing.json()["type"]
        told_of = hidden.json()["detail"].replace(f"'{name}'", "…")
        assert told_of == nothing.json()["detail"].replace(f"'{other}'", "…")


def test_lists_show_what_one_may_see(house: Any) -> None:
    house.bring_month("issued")

    def listed(who: str) -> dict[str, list[Any]]:
        def ask(path: str) -> Any:
            answer = house.ask(who, "GET", path)
            assert answer.status_code == 200, (who, path)
            return answer.json()

        return {
            "plans": [one["plan"] for one in ask("/v1/plans")["plans"]],
            "models": sorted({one["family"] for one in ask("/v1/models")["models"]}),
            "feed": sorted({one["Plan"] for one in ask("/odata/Projections")["value"]}),
            "bodies": [one["body"] for one in ask("/v1/bodies")["bodies"]],
        }

    own = ["demo-2018", "tasks-2021"]
    assert listed("viewer") == {
        "plans": own, "models": ["demo"], "feed": ["demo-2018"], "bodies": ["north"],
    }  # fmt: skip
    assert listed("south.viewer") == {
        "plans": ["south-2018"], "models": [], "feed": [], "bodies": ["south"],
    }  # fmt: skip
    assert listed(f"{HOUSE}.viewer") == {
        "plans": ["demo-2018", "south-2018", "tasks-2021"],
        "models": ["demo"],
        "feed": ["demo-2018"],
        "bodies": ["house", "north", "south"],
    }
    page = house.ask("south.viewer", "GET", "/")
    assert "/plans/south-2018" in page.text
    assert "demo-2018" not in page.text
    assert house.ask("anonymous", "GET", "/odata/Projections").json()["value"] == []


def test_an_id_of_another_family_opens_nothing_under_ones_own_plan(house: Any) -> None:
    scenario = {"name": "less", "as_of": "2018-06", "kpi": "coal"}
    scenario["changes"] = [  # type: ignore[assignment]
        {"kpi": "coal", "shape": "percent", "months": ["2018-12"], "value": -20.0}
    ]
    kept = house.ask("entry", "POST", "/v1/plans/demo-2018/scenarios", json=scenario).json()["id"]
    assert house.ask("viewer", "GET", f"/v1/plans/demo-2018/scenarios/{kept}").status_code == 200
    for path in (f"/v1/plans/south-2018/scenarios/{kept}", f"/plans/south-2018/what-if?id={kept}"):
        answer = house.ask("south.admin", "GET", path)
        assert "less" not in answer.text
    number = house.bring_estimate("draft", 1777.0)
    signed = house.ask(
        "south.checker",
        "POST",
        "/v1/plans/south-2018/months/2018-06/estimates/coal/check",
        json={"estimate": number},
    )
    assert signed.status_code == 404
    both = house.ask("south.viewer", "GET", "/v1/imports?plan=south-2018&plan=demo-2018")
    assert both.status_code == 404


def test_pages_from_above_offer_no_change(house: Any) -> None:
    own = house.ask("admin", "GET", "/plans/demo-2018/data").text
    above = house.ask(f"{HOUSE}.admin", "GET", "/plans/demo-2018/data").text
    assert "data-api=" in own
    assert "data-api=" not in above


def test_administrators_stay_within_their_body(house: Any) -> None:
    def ask(who: str, path: str, **body: Any) -> int:
        return int(house.ask(who, "POST", path, json=body).status_code)

    names = {
        one["name"] for one in house.ask("south.admin", "GET", "/v1/accounts").json()["accounts"]
    }
    assert names == {f"south.{role}" for role in ROLES}
    keys = {one["name"] for one in house.ask("south.admin", "GET", "/v1/keys").json()["keys"]}
    assert keys == {f"south.{scope}" for scope in SCOPES}
    steps: dict[str, dict[str, Any]] = {
        "password": {"password": "another password"}, "role": {"role": "admin"},
        "body": {"body": "south"}, "clear": {}, "reset-factor": {}, "disable": {}, "enable": {},
        "link": {"subject": "abc-1"},
    }  # fmt: skip
    for step, given in steps.items():
        for name in ("viewer", "nobody"):
            assert ask("south.admin", f"/v1/accounts/{name}/{step}", **given) == 404
    assert ask("south.admin", "/v1/keys/read/revoke") == 404
    new = {"password": "another password", "role": "admin"}
    assert ask("south.admin", "/v1/accounts", name="spy", body="north", **new) == 404
    assert ask("south.admin", "/v1/accounts/south.admin/body", body=HOUSE) == 404
    assert ask("south.admin", "/v1/keys", name="spy", body=HOUSE) == 404
    assert ask("south.admin", "/v1/bodies/north/share", shares=True) == 404
    assert ask("south.admin", "/v1/bodies/south/families", family="demo") == 404
    assert ask("south.admin", "/v1/bodies", body="port", name={"vi": "Cảng", "en": "Port"}) == 204
    assert ask("south.admin", "/v1/accounts", name="new", **new) == 204
    by = {one["by"] for one in house.ask("south.admin", "GET", "/v1/audit").json()["entries"]}
    assert by <= names
    assert ask(f"{HOUSE}.admin", "/v1/accounts/viewer/clear") == 204
    assert ask(f"{HOUSE}.admin", "/v1/bodies/north/families", family="south") == 204
    assert house.ask("viewer", "GET", "/v1/plans/south-2018").status_code == 200


def test_administrators_stay_within_their_body_on_pages_too(house: Any) -> None:
    def ask(who: str, path: str, **form: Any) -> int:
        return int(house.ask(who, "POST", path, data=form).status_code)

    shown = house.ask("south.admin", "GET", "/house?lang=en").text
    assert "south.checker" in shown
    assert not any(f"<strong>{name}</strong>" in shown for name in (*ROLES, "read", "north"))
    given = {"password": "another password", "role": "admin", "body": "south", "subject": "a"}
    for step in ACCOUNT_STEPS:
        assert ask("south.admin", "/house/accounts/viewer", step=step, **given) == 404
    assert ask("south.admin", "/house/keys/read") == 404
    new = {"password": "another password", "role": "admin"}
    assert ask("south.admin", "/house/accounts", name="spy", body="north", **new) == 404
    assert ask("south.admin", "/house/keys", name="spy", body=HOUSE) == 404
    assert ask("south.admin", "/house/bodies/north", step="share") == 404
    assert ask("south.admin", "/house/bodies/south", step="family", family="demo") == 404
    assert ask("south.admin", "/house/bodies", slug="port", vi="Cảng") == 303
    assert ask("south.checker", "/house/accounts", name="friend", **new) == 403
    assert ask("south.admin", "/house/accounts", name="friend", **new) == 303


def test_a_plan_of_others_is_not_changed_by_sending_one_of_its_name(house: Any) -> None:
    text = plan_text(replace(demo_plan(), name_vi="Chiếm lấy"))
    for who in ("south.admin", f"{HOUSE}.admin"):  # a body above only reads
        for save in ("", "true"):
            answer = house.ask(who, "POST", "/new-plan", data={"text": text, "save": save})
            assert answer.status_code == 422
            assert "coal" not in answer.text.lower()
    assert house.ask("entry", "POST", "/new-plan", data={"text": text}).status_code == 200
    own = text.replace("demo-2018", "mine-2018")
    saved = house.ask("south.entry", "POST", "/new-plan", data={"text": own, "save": "true"})
    assert saved.headers["location"].startswith("/plans/mine-2018/manage")
    assert house.ask("south.viewer", "GET", "/plans/mine-2018/manage").status_code == 200
    assert house.ask("viewer", "GET", "/plans/mine-2018/manage").status_code == 404
