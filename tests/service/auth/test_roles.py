"""Every route says who may ask it, and keeps to it, for every role and every key.

The routes are the application's own. A new one needs a declared role
(`service.auth.access.requires`) and a line in `ASKED` that says how to ask it;
pages of a plan are found by their routes and need no line.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import count
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from data.accounts.accounts import ROLES, Access, add_account
from data.accounts.keys import SCOPES, add_key
from data.ingestion.imports import commit, preview
from data.ingestion.rows import UploadedFile
from data.plans.events import EventEntry, add_event
from data.plans.projects import ProjectEntry, add_project
from data.plans.rows import load_plan, save_plan
from models.series import Month
from service.app import ROUTERS
from service.auth.access import declared, requires
from service.pages.menu import plan_pages
from service.report.template.starter import starter
from service.rights.rules import ACCESS
from tests.service.workflow.test_entries import PLAN as TASKS

pytestmark = pytest.mark.slow

PLACES = {
    "plan": "demo-2018",
    "kpi": "coal",
    "month": "2018-06",
    "form": "json",
    "chart": "distribution",
    "name": "page.css",
}
MAY: dict[str, Access] = {
    "anonymous": "public",
    **{role: role for role in ROLES},
    "key:issued": "public",
    "key:read": "viewer",
    "key:entry": "entry",
}
VERSION = {
    "adopted": "2018-07-01",
    "document": "made up",
    "targets": [{"kpi": "coal", "comparator": "at_least", "lower": 1.0, "source": "made up"}],
}
_VALUES = count(1400)  # a new estimate needs a value of its own
_YEARS = count(2019)  # a plan rolls over into a year without one


@dataclass(frozen=True)
class Asked:
    """How a route is asked so that it succeeds.

    Attributes
    ----------
    before : brings the service where that is possible; what it returns completes
        the path ('id', 'stamp') and the body
    body : JSON
    form : fields of a form
    files : of a form, with their names and contents
    file : the body is a file
    people : only somebody who logged in has what it changes
    answer : to who may ask it
    places : names in the path other than those of `PLACES`
    query : what follows the path; it may name what `before` returned
    """

    before: Callable[[Any], dict[str, Any]] = lambda office: {}
    body: dict[str, Any] | None = None
    form: dict[str, Any] | None = None
    files: dict[str, tuple[str, bytes]] | None = None
    file: bytes | None = None
    people: bool = False
    answer: str = "done"
    places: dict[str, str] = field(default_factory=dict)
    query: str = ""


def _issued(office: Any) -> dict[str, Any]:
    office.bring_month("issued")
    return {"stamp": office.stamps()["coal"]}


def _job(office: Any) -> dict[str, Any]:
    jobs = office.client.app.state.vedich.jobs
    return {"id": jobs.start("retrain", f"retrain {next(_VALUES)}", "An", "demo-2018", {}).id}


def _ended_job(office: Any) -> dict[str, Any]:
    """A job that is over, whose stream ends at once."""
    asked = _job(office)
    office.client.app.state.vedich.jobs.cancel(asked["id"], "An")
    return asked


def _estimate(state: Any) -> Callable[[Any], dict[str, Any]]:
    return lambda office: {"estimate": office.bring_estimate(state, next(_VALUES))}


def _several(state: Any) -> Callable[[Any], dict[str, Any]]:
    return lambda office: {"estimates": [office.bring_estimate(state, next(_VALUES))]}


def _month(state: Any) -> Callable[[Any], dict[str, Any]]:
    return lambda office: {"figures": office.bring_month(state)}


def _new_value(office: Any) -> dict[str, Any]:
    return {"value": next(_VALUES)}


def _tasks(office: Any) -> dict[str, Any]:
    """A plan of a family of its own that has a task and a log."""
    save_plan(office.store, replace(TASKS, slug="tasks-2021", family="tasks"))
    return {}


def _reported(office: Any) -> dict[str, Any]:
    return {**_tasks(office), "done": 3, "obstacle": f"obstacle {next(_VALUES)}"}


def _in_words(office: Any) -> dict[str, Any]:
    return {**_tasks(office), "vi": f"Giá ổn định {next(_VALUES)}", "en": "Prices are stable"}


def _pulse(office: Any) -> dict[str, Any]:
    """An event of the planner's own, of which a decision can be asked."""
    plan = load_plan(office.store, "demo-2018")
    add_event(
        office.store,
        plan,
        EventEntry("coal", Month(2017, 3), "pulse", -0.2, 1, True, date(2018, 6, 1), "An"),
    )
    return {"note": f"a reason {next(_VALUES)}"}


def _mine(office: Any) -> dict[str, Any]:
    """A project, of which a decision can be asked."""
    entry = ProjectEntry(
        kpi="coal",
        name_vi="Mỏ mới",
        name_en="New mine",
        happening="starts",
        start=Month(2018, 9),
        ramp=1,
        amount=5.0,
        on_time=0.7,
        delay=2.0,
        state="proposed",
        day=date(2018, 6, 1),
        by="An",
    )
    number = add_project(office.store, load_plan(office.store, "demo-2018"), entry)
    return {"project": number, "note": f"a reason {next(_VALUES)}"}


def _somebody(office: Any) -> dict[str, Any]:
    """An account that nobody asks with."""
    name = f"somebody{next(_VALUES)}"
    add_account(office.store, name, "viewer", office.password, "os:root")
    return {"name": name}


def _new_key(office: Any) -> dict[str, Any]:
    name = f"key{next(_VALUES)}"
    add_key(office.store, name, "read", "os:root")
    return {"name": name}


def _supposed(office: Any) -> dict[str, Any]:
    """A saved scenario's number."""
    kept = office.ask("key:entry", "POST", "/v1/plans/demo-2018/scenarios", json=SCENARIO)
    return {"id": kept.json()["id"]}


SCENARIO = {
    "name": "less coal",
    "as_of": "2018-06",
    "changes": [{"kpi": "coal", "shape": "percent", "months": ["2018-12"], "value": -20.0}],
}


def _figure() -> bytes:
    """A tidy file that nobody loaded yet."""
    return f"KPI,Month,Value,Published\ncoal,2018-06,{next(_VALUES)},2018-07-10\n".encode()


def _upload(text: bytes = b"") -> Callable[[Any], dict[str, Any]]:
    def wait(office: Any) -> dict[str, Any]:
        file = UploadedFile("figures.csv", text or _figure())
        return {"id": preview(office.store, "demo-2018", [file], "os:author").upload.id}

    return wait


def _import(office: Any) -> dict[str, Any]:
    return {"id": commit(office.store, _upload()(office)["id"], "os:author").id}


PLAN, MONTH = "/v1/plans/{plan}", "/v1/plans/{plan}/months/{month}"
ESTIMATE, PROJECTION = f"{MONTH}/estimates/{{kpi}}", "/v1/plans/{plan}/projections"
EMBED = "/embed/{plan}/{kpi}"
PROGRESS, LOG = f"{PLAN}/tasks/{{kpi}}/progress", f"{PLAN}/log/{{kpi}}"
ENTRY = {"unit": "thousand tonnes", "reason": "a reason", "confirm": True}
TYPED = {"month": "2018-06", "value": "1.450,5", "reason": "a reason"}
TYPED_PLAN = {
    **{"name": "Kế hoạch", "body": "Sở mới", "year": "2021", "adopted": "2021-01-15"},
    **{"document": "made up", "kpi": "Than", "unit": "nghìn tấn", "kind": "flow"},
    **{"comparator": "at_least", "bound": "150"},
}
TEMPLATE = {"template": ("mine.docx", starter("vi"))}
PASSWORDS = {"old": "a long password", "new": "a long password"}
ACCOUNT = {"password": "a long password"}
CODE = {"code": "000000"}  # of no device
BODY = {"name": {"vi": "Đơn vị", "en": "A body"}}

PAGES = plan_pages([route for router in ROUTERS for route in router.routes])

ASKED: dict[tuple[str, str], Asked] = {
    **{("GET", page.path): Asked() for page in PAGES},
    ("GET", "/"): Asked(),
    ("GET", "/docs"): Asked(),
    ("GET", EMBED): Asked(_issued),
    ("GET", f"{EMBED}/card.{{form}}"): Asked(_issued, places={"form": "svg"}),
    ("GET", f"{EMBED}/chart.{{form}}"): Asked(_issued, places={"form": "svg"}),
    ("GET", "/healthz"): Asked(),
    ("GET", "/login"): Asked(),
    ("GET", "/account"): Asked(),
    ("GET", "/login/second"): Asked(),
    ("GET", "/login/oidc"): Asked(answer="401"),  # no provider is set
    ("GET", "/login/oidc/back"): Asked(answer="401"),
    ("GET", "/login/oidc/out"): Asked(),
    ("GET", "/metrics"): Asked(),
    ("GET", "/odata/"): Asked(),
    ("GET", "/odata/$metadata"): Asked(),
    ("GET", "/odata/Projections"): Asked(_issued),
    ("GET", "/odata/Projections/$count"): Asked(_issued),
    ("GET", "/odata/Projections({key})"): Asked(
        _issued, places={"key": "'demo-2018:coal:2018-06-30:assigned:year'"}
    ),
    ("GET", "/oembed"): Asked(_issued, query="?url=http://127.0.0.1/embed/demo-2018/coal"),
    ("GET", "/openapi.json"): Asked(),
    ("GET", "/plans/{plan}/kpis/{kpi}/{chart}.{form}"): Asked(),
    ("GET", "/plans/{plan}/reliability.{form}"): Asked(),
    ("GET", "/plans/{plan}/track-record/{kpi}/path.{form}"): Asked(answer="404"),
    ("GET", "/plans/{plan}/reports/template.docx"): Asked(),
    ("GET", "/problems"): Asked(),
    ("GET", "/readyz"): Asked(),
    ("GET", "/static/{name}"): Asked(),
    ("GET", "/v1/accounts"): Asked(),
    ("GET", "/v1/audit"): Asked(),
    ("GET", "/v1/bodies"): Asked(),
    ("GET", "/v1/bodies/{body}/roll-up/{kpi}"): Asked(
        places={"body": "house"}, query="?year=2018&as_of=2018-06"
    ),
    ("GET", "/v1/keys"): Asked(),
    ("GET", "/v1/imports"): Asked(query="?plan=demo-2018"),
    ("GET", "/v1/imports/{id}"): Asked(_upload()),
    ("GET", "/v1/jobs"): Asked(),
    ("GET", "/v1/jobs/{id}"): Asked(_job),
    ("GET", "/v1/jobs/{id}/events"): Asked(_ended_job),
    ("POST", "/v1/jobs/{id}/cancel"): Asked(_job),
    ("GET", "/v1/models"): Asked(),
    ("GET", "/v1/observations"): Asked(query="?plan=demo-2018"),
    ("GET", "/v1/plans"): Asked(),
    ("GET", PLAN): Asked(),
    ("GET", f"{PLAN}/months"): Asked(),
    ("GET", MONTH): Asked(),
    ("GET", ESTIMATE): Asked(_estimate("draft")),
    ("GET", PROJECTION): Asked(_issued),
    ("GET", f"{PROJECTION}.csv"): Asked(_issued),
    ("GET", f"{PROJECTION}/{{kpi}}"): Asked(_issued),
    ("GET", f"{PROJECTION}/{{kpi}}.md"): Asked(_issued),
    ("GET", f"{PROJECTION}/{{kpi}}/fan-chart.{{form}}"): Asked(),
    ("GET", f"{PROJECTION}/{{kpi}}/history"): Asked(),
    ("GET", f"{PLAN}/changes"): Asked(query="?from=2018-05&to=2018-06"),
    ("GET", f"{PLAN}/contributions/{{kpi}}"): Asked(places={"kpi": "both"}),
    ("GET", f"{PLAN}/scenarios"): Asked(_supposed),
    ("GET", f"{PLAN}/scenarios/side-by-side"): Asked(),
    ("GET", f"{PLAN}/scenarios/{{id}}"): Asked(_supposed),
    ("GET", f"{PLAN}/versions/compare"): Asked(query="?from=1&to=2"),
    ("GET", PROGRESS): Asked(_tasks, places={"plan": "tasks-2021", "kpi": "inspections"}),
    ("GET", LOG): Asked(_tasks, places={"plan": "tasks-2021", "kpi": "prices"}),
    ("GET", f"{PLAN}/exchange/figures.{{form}}"): Asked(places={"form": "sdmx-csv"}),
    ("GET", f"{PLAN}/exchange/projections.{{form}}"): Asked(_issued, places={"form": "sdmx-csv"}),
    ("GET", f"{PLAN}/report.{{form}}"): Asked(places={"form": "md"}),
    ("GET", f"{PLAN}/form.xlsx"): Asked(query="?month=2018-06"),
    ("GET", f"{PLAN}/report/open"): Asked(query="?as_of=2018-06"),
    ("GET", f"{PLAN}/letterhead"): Asked(),
    ("POST", f"{PLAN}/letterhead"): Asked(body={"organ": "Sở Công Thương"}),
    ("POST", f"{PLAN}/report/texts"): Asked(
        body={"month": "2018-06", "slot": "context", "text": "Bối cảnh."}
    ),
    ("POST", f"{PLAN}/thresholds"): Asked(body={"on_track": 0.8, "at_risk": 0.4, "behind": 5}),
    ("GET", "/v1/session"): Asked(),
    ("GET", "/v1/waiting"): Asked(),
    ("GET", "/v1/stamps/{stamp}"): Asked(_issued),
    ("GET", "/v1/track-record"): Asked(query="?plan=demo-2018"),
    ("GET", f"{PLAN}/track-record"): Asked(),
    ("GET", f"{PLAN}/notices"): Asked(),
    ("GET", f"{PLAN}/notices/feed.atom"): Asked(),
    ("GET", f"{PLAN}/notices/rules"): Asked(),
    ("POST", f"{PLAN}/notices/rules"): Asked(body={"moved": 10}),
    ("POST", "/plans/{plan}/notices"): Asked(form={"moved": "10", "on": "status"}),
    ("GET", "/typed-number"): Asked(query="?text=1.450"),
    ("POST", "/plans/{plan}/kpis/{kpi}/estimate"): Asked(form=TYPED),
    ("POST", "/plans/{plan}/kpis/{kpi}/progress"): Asked(
        _tasks, form={"done": "3"}, places={"plan": "tasks-2021", "kpi": "inspections"}
    ),
    ("GET", "/help"): Asked(),
    ("GET", "/house"): Asked(),
    ("GET", "/roll-up"): Asked(query="?as_of=2018-06"),
    ("POST", "/plans/{plan}/models"): Asked(form={"version": "1"}),
    ("GET", "/new-plan"): Asked(),
    ("GET", "/new-plan/template.xlsx"): Asked(),
    ("GET", "/plans/{plan}/plan.xlsx"): Asked(),
    ("POST", "/new-plan"): Asked(form=TYPED_PLAN),
    ("POST", "/plans/{plan}/amend"): Asked(form={"adopted": "2018-07-01", "document": "made up"}),
    ("POST", "/plans/{plan}/roll-over"): Asked(lambda _: {"year": next(_YEARS)}, form={}),
    ("POST", "/plans/{plan}/figures"): Asked(
        form={"month": "2018-06", "published": "2018-07-10", "kpi": "coal", "value": "150"}
    ),
    ("POST", "/plans/{plan}/estimates"): Asked(
        form={"kpi": "coal", "value": "1450", "reason": "a reason"}, query="?as_of=2018-06"
    ),
    ("POST", "/plans/{plan}/events"): Asked(
        form={
            **{"step": "add", "kpi": "coal", "start": "2017-03", "shape": "pulse"},
            **{"size": "-20", "name": "a flood"},
        }
    ),
    ("POST", "/plans/{plan}/data"): Asked(
        _upload(), form={"published": "2018-07-10"}, query="?import={id}"
    ),
    ("POST", "/house/accounts"): Asked(
        lambda _: {"name": f"new{next(_VALUES)}"}, form={**ACCOUNT, "role": "viewer"}
    ),
    ("POST", "/house/accounts/{name}"): Asked(_somebody, form={"step": "clear"}),
    ("POST", "/house/keys"): Asked(lambda _: {"name": f"new{next(_VALUES)}"}, form={}),
    ("POST", "/house/keys/{name}"): Asked(_new_key, form={}),
    ("POST", "/house/bodies"): Asked(lambda _: {"slug": f"new{next(_VALUES)}"}, form={"vi": "A"}),
    ("POST", "/house/bodies/{body}"): Asked(form={"step": "share"}, places={"body": "house"}),
    ("POST", "/login"): Asked(form={"name": "viewer", "password": "a long password"}),
    ("POST", "/login/second"): Asked(form={"code": "123456"}),
    ("POST", "/account/password"): Asked(form=PASSWORDS, people=True),
    ("POST", "/account/factor"): Asked(form={"password": "a long password"}, people=True),
    ("POST", "/account/factor/confirm"): Asked(form=CODE, people=True, answer="401"),
    ("POST", "/account/recovery"): Asked(form=CODE, people=True, answer="401"),
    ("POST", "/logout"): Asked(),
    ("POST", "/v1/accounts"): Asked(lambda _: {"name": f"new{next(_VALUES)}"}, ACCOUNT),
    ("POST", "/v1/accounts/{name}/role"): Asked(_somebody, {"role": "entry"}),
    ("POST", "/v1/accounts/{name}/body"): Asked(_somebody, {"body": "house"}),
    ("POST", "/v1/accounts/{name}/password"): Asked(_somebody, {"password": "another password"}),
    ("POST", "/v1/accounts/{name}/clear"): Asked(_somebody),
    ("POST", "/v1/accounts/{name}/reset-factor"): Asked(_somebody),
    ("POST", "/v1/accounts/{name}/link"): Asked(
        _somebody,
        {"subject": "abc-1"},
        answer="422",  # no provider is set
    ),
    ("POST", "/v1/accounts/{name}/disable"): Asked(_somebody),
    ("POST", "/v1/accounts/{name}/enable"): Asked(_somebody),
    ("POST", "/v1/keys"): Asked(lambda _: {"name": f"new{next(_VALUES)}"}, {}),
    ("POST", "/v1/keys/{name}/revoke"): Asked(_new_key),
    ("POST", "/v1/bodies"): Asked(lambda _: {"body": f"new{next(_VALUES)}"}, BODY),
    ("POST", "/v1/bodies/{body}/share"): Asked(body={"shares": True}, places={"body": "house"}),
    ("POST", "/v1/bodies/{body}/families"): Asked(
        body={"family": "demo"}, places={"body": "house"}
    ),
    ("POST", "/plans/{plan}/reports/template"): Asked(files=TEMPLATE, query="?as_of=2018-06"),
    ("POST", "/v1/imports"): Asked(file=_figure(), query="?plan=demo-2018&file=figures.csv"),
    ("POST", "/v1/imports/{id}/commit"): Asked(_upload(), {}),
    ("POST", "/v1/imports/{id}/layouts"): Asked(
        _upload(b"when;what;how much\n2018-06;coal;1\n"),
        {"file": "figures.csv", "series": "B", "month": "A", "value": "C"},
    ),
    ("POST", "/v1/imports/{id}/matches"): Asked(
        _upload(b"KPI,Month,Value,Published\nore,2018-06,1,2018-07-10\n"),
        {"table": "tidy", "row": "ore", "kpi": "coal"},
    ),
    ("POST", "/v1/imports/{id}/undo"): Asked(_import, {}),
    ("POST", f"{PLAN}/retrain"): Asked(body={"as_of": "2018-06"}),
    ("POST", f"{PLAN}/monthly"): Asked(body={"as_of": "2018-06"}),
    ("POST", f"{PLAN}/versions"): Asked(body=VERSION),
    ("POST", f"{PLAN}/scenarios"): Asked(body=SCENARIO),
    ("POST", PROGRESS): Asked(
        _reported, {"day": "2021-08-31"}, places={"plan": "tasks-2021", "kpi": "inspections"}
    ),
    ("POST", LOG): Asked(
        _in_words, {"month": "2021-07"}, places={"plan": "tasks-2021", "kpi": "prices"}
    ),
    ("GET", f"{PLAN}/events"): Asked(),
    ("POST", f"{PLAN}/events"): Asked(
        body={"kpi": "coal", "start": "2017-03", "shape": "pulse", "size": -0.2}
    ),
    ("POST", f"{PLAN}/events/{{kpi}}/{{event}}/accept"): Asked(
        _pulse, {}, places={"event": "2017-03-pulse"}
    ),
    ("POST", f"{PLAN}/events/{{kpi}}/{{event}}/reject"): Asked(
        _pulse, {}, places={"event": "2017-03-pulse"}
    ),
    ("GET", f"{PLAN}/projects"): Asked(),
    ("POST", f"{PLAN}/projects"): Asked(
        body={
            **{"kpi": "coal", "name": "Mỏ", "start": "2018-09"},
            **{"amount": 5, "on_time": 0.7},
        }
    ),
    ("POST", f"{PLAN}/projects/{{project}}/accept"): Asked(_mine, {}),
    ("POST", f"{PLAN}/projects/{{project}}/reject"): Asked(_mine, {}),
    ("POST", ESTIMATE): Asked(_new_value, ENTRY),
    ("POST", f"{ESTIMATE}/check"): Asked(_estimate("draft"), {}),
    ("POST", f"{ESTIMATE}/approve"): Asked(_estimate("checked"), {}),
    ("POST", f"{ESTIMATE}/issue"): Asked(_estimate("approved"), {}),
    ("POST", f"{ESTIMATE}/send-back"): Asked(
        lambda office: {"note": str(office.bring_estimate("checked", next(_VALUES)))}, {}
    ),
    ("POST", f"{MONTH}/signatures/check"): Asked(_several("draft"), {}),
    ("POST", f"{MONTH}/signatures/approve"): Asked(_several("checked"), {}),
    ("POST", f"{MONTH}/signatures/issue"): Asked(_several("approved"), {}),
    ("POST", f"{MONTH}/signatures/send-back"): Asked(_several("draft"), {"note": "a reason"}),
    ("POST", f"{MONTH}/check"): Asked(_month("draft"), {}),
    ("POST", f"{MONTH}/approve"): Asked(_month("checked"), {}),
    ("POST", f"{MONTH}/issue"): Asked(_month("approved"), {}),
    ("POST", f"{MONTH}/send-back"): Asked(
        lambda office: {"note": office.bring_month("checked")}, {}
    ),
    ("POST", "/v1/session/password"): Asked(body=PASSWORDS, people=True),
}


def test_every_route_declares_who_may_ask_it(office: Any) -> None:
    undeclared = [
        (method, path) for method, path, access in declared(office.client.app) if access is None
    ]
    assert undeclared == [], "add a role: by: Viewer, or dependencies=[requires('viewer')]"


def test_every_route_is_asked_here(office: Any) -> None:
    routes = {(method, path) for method, path, _ in declared(office.client.app)}
    assert routes == set(ASKED), "say in ASKED how the new route is asked"


def test_pages_of_a_plan_are_for_viewers_at_least(office: Any) -> None:
    access = {(method, path): role for method, path, role in declared(office.client.app)}
    known = {page.path for page in PAGES}
    assert {f"/plans/{{plan}}{rest}" for rest in ("", "/kpis/{kpi}", "/why", "/data")} <= known
    assert [path for path in sorted(known) if not _may(access["GET", path], "viewer")] == []


def test_a_route_that_declares_nothing_is_seen() -> None:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.add_api_route("/open", lambda: None)
    app.add_api_route("/closed", lambda: None, dependencies=[requires("admin")])
    app.mount("/files", FastAPI())
    found = {path: access for _, path, access in declared(app)}
    assert found == {"/open": None, "/closed": "admin", "/files": None}


def test_scopes_and_roles_are_all_tried() -> None:
    assert set(MAY) == {"anonymous", *ROLES, *(f"key:{scope}" for scope in SCOPES)}


def test_nothing_is_changed_by_who_may_only_read(office: Any) -> None:
    own = {"/login", "/login/second", "/logout", "/v1/session/password"}  # one's own session
    own |= {"/account/password", "/account/factor", "/account/factor/confirm"}
    own.add("/account/recovery")
    own.add("/plans/{plan}/reports/template")  # sends a file back, keeps nothing
    open_ = [
        (method, path)
        for method, path, access in declared(office.client.app)
        if method != "GET" and path not in own and not _may(access, "entry")
    ]
    assert open_ == []


@pytest.mark.parametrize("who", MAY)
def test_each_role_may_what_its_routes_declare(office: Any, who: str) -> None:
    found, expected = {}, {}
    asking_first = sorted(declared(office.client.app), key=lambda one: one[0] != "GET")
    for method, path, access in asking_first:  # so that what was computed is not computed again
        found[method, path] = _answer(office, who, method, path)
        expected[method, path] = _expected(who, access, ASKED[method, path])
    assert found == expected


def ask_route(office: Any, who: str, method: str, path: str) -> httpx.Response:
    """Ask a route as `ASKED` says it succeeds."""
    asked = ASKED[method, path]
    told = asked.before(office)
    options: dict[str, Any] = {}
    if asked.body is not None:
        options["json"] = {
            **asked.body,
            **{k: v for k, v in told.items() if f"{{{k}}}" not in path},
        }
    if asked.form is not None:
        own = {name: value for name, value in told.items() if f"{{{name}}}" not in path}
        options["data"] = {**asked.form, **own}
    if asked.files is not None:
        options["files"] = asked.files
    if asked.file is not None:
        options["content"] = asked.file
    address = (path + asked.query).format(**{**PLACES, **asked.places, **told})
    answer: httpx.Response = office.ask(who, method, address, **options)
    return answer


def _answer(office: Any, who: str, method: str, path: str) -> str:
    """'done', or the status with which it was refused."""
    answer = ask_route(office, who, method, path)
    return "done" if 200 <= answer.status_code < 400 else str(answer.status_code)


def _expected(who: str, access: Access | None, asked: Asked) -> str:
    if not _may(MAY[who], access):
        return "401" if who == "anonymous" else "403"
    return "403" if asked.people and who.startswith("key:") else asked.answer


def _may(has: Access | None, needs: Access | None) -> bool:
    return has is not None and needs is not None and ACCESS.index(has) >= ACCESS.index(needs)
