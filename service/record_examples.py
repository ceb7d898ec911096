"""Record real answers as examples: for the OpenAPI description and for docs/api.md.

`python -m service.record_examples` loads the sample plans into a new folder, trains a
model as of June 2021, asks every route and writes `shapes/examples.json` and the
example blocks of docs/api.md; lists are shortened to their first and last entry. It
takes some minutes and needs the extra `dev`. Tests compare the examples with the
declared shapes and with what the routes answer.
"""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
from fastapi import FastAPI

from data.accounts.accounts import add_account
from data.accounts.bodies import add_body, give_family
from data.accounts.sessions import log_in
from data.db.store import Store
from data.samples.load import load_sample
from data.settings import Settings
from service.app import create_app
from service.auth.access import COOKIE
from service.notices.rules import tell
from service.shapes.examples import (
    EVENT_DECISION,
    EVENT_EXAMPLE,
    FILE,
    LOG_EXAMPLE,
    NEW_VERSION,
    PROGRESS_EXAMPLE,
    PROJECT_DECISION,
    PROJECT_EXAMPLE,
)

PAGE = Path(__file__).resolve().parents[1] / "docs" / "api.md"

PLAN, AS_OF = "vietnam-2021", "2021-06"

TASKS = "lang-son-2021"  # the sample plan with tasks that are not series

BODY = "lang-son"  # made for the examples; it owns the family of that name

WIDTH = 98  # of a line in docs/api.md

_BLOCK = re.compile(r"(?<=<!-- example: )(.+?)( -->\n```json\n)(.*?)(?=\n```)", re.DOTALL)

OVER = "2021-12"  # when the year is over; the figures of the sample go so far

# The request for each route; routes that change something come last.
_BASE, _KPI = f"/v1/plans/{PLAN}", f"/v1/plans/{PLAN}/projections/exports"

REQUESTS = {
    "GET /v1/plans": "/v1/plans",
    "GET /v1/plans/{plan}": _BASE,
    "GET /v1/plans/{plan}/projections": f"{_BASE}/projections?as_of={AS_OF}",
    "GET /v1/plans/{plan}/projections/{kpi}": f"{_KPI}?as_of={AS_OF}",
    "GET /v1/plans/{plan}/projections/{kpi}/history": f"{_KPI}/history?as_of={AS_OF}",
    "GET /v1/plans/{plan}/changes": f"{_BASE}/changes?from=2021-05&to={AS_OF}&kpi=exports",
    "GET /v1/plans/{plan}/contributions/{kpi}": f"{_BASE}/contributions/turnover?as_of={AS_OF}",
    "GET /v1/plans/{plan}/versions/compare": f"{_BASE}/versions/compare?from=1&to=2",
    "GET /v1/observations": (
        f"/v1/observations?plan={PLAN}&kpi=exports&as_of={AS_OF}&from=2021-05&to=2021-05"
    ),
    "GET /v1/models": "/v1/models",
    "GET /v1/track-record": f"/v1/track-record?plan={PLAN}&as_of={OVER}",
    "GET /v1/plans/{plan}/track-record": f"{_BASE}/track-record?kpi=exports&as_of={OVER}",
    "GET /oembed": f"/oembed?url=http://127.0.0.1/embed/{PLAN}/exports%3Fas_of%3D{AS_OF}",
    "GET /healthz": "/healthz",
    "GET /readyz": "/readyz",
}

BEFORE = "2021-05"  # its model is trained after all requests that show one model

NEEDS_BEFORE = ("GET /v1/plans/{plan}/changes",)

_TASK = f"/v1/plans/{TASKS}/tasks/units_inspected/progress"

_LOG = f"/v1/plans/{TASKS}/log/price_stability"

_EVENTS = f"{_BASE}/events"

_OWN = f"{_EVENTS}/exports/2020-04-pulse"  # the one that is entered

_PROJECTS = f"{_BASE}/projects"

SCENARIO_EXAMPLE = {
    "name": "Xuất khẩu tháng 8 và 9 giảm một phần mười",
    "as_of": AS_OF,
    "changes": [
        {"kpi": "exports", "shape": "percent", "months": ["2021-08", "2021-09"], "value": -10.0}
    ],
}

ENTERED: dict[str, tuple[str, dict[str, Any] | None]] = {
    "POST /v1/plans/{plan}/tasks/{kpi}/progress": (_TASK, PROGRESS_EXAMPLE),
    "GET /v1/plans/{plan}/tasks/{kpi}/progress": (_TASK, None),
    "POST /v1/plans/{plan}/log/{kpi}": (_LOG, LOG_EXAMPLE),
    "GET /v1/plans/{plan}/log/{kpi}": (_LOG, None),
    "POST /v1/plans/{plan}/events": (_EVENTS, EVENT_EXAMPLE),
    "POST /v1/plans/{plan}/events/{kpi}/{event}/reject": (f"{_OWN}/reject", EVENT_DECISION),
    "POST /v1/plans/{plan}/events/{kpi}/{event}/accept": (f"{_OWN}/accept", EVENT_DECISION),
    "GET /v1/plans/{plan}/events": (f"{_EVENTS}?as_of={AS_OF}", None),
    "POST /v1/plans/{plan}/projects": (_PROJECTS, PROJECT_EXAMPLE),
    "POST /v1/plans/{plan}/projects/{project}/accept": (
        f"{_PROJECTS}/1/accept",
        PROJECT_DECISION,
    ),
    "POST /v1/plans/{plan}/projects/{project}/reject": (
        f"{_PROJECTS}/1/reject",
        PROJECT_DECISION,
    ),
    "GET /v1/plans/{plan}/projects": (f"{_PROJECTS}?as_of={AS_OF}", None),
}

SUPPOSED: dict[str, tuple[str, dict[str, Any] | None]] = {
    "POST /v1/plans/{plan}/scenarios": (f"{_BASE}/scenarios", SCENARIO_EXAMPLE),
    "GET /v1/plans/{plan}/scenarios": (f"{_BASE}/scenarios", None),
    "GET /v1/plans/{plan}/scenarios/side-by-side": (
        f"{_BASE}/scenarios/side-by-side?as_of={AS_OF}",
        None,
    ),
    "GET /v1/plans/{plan}/scenarios/{id}": (f"{_BASE}/scenarios/1", None),
}

UPLOAD = f"/v1/imports?plan={PLAN}&file=2021-08-10-so-lieu.csv"

# a figure as printed; the same in thousand dollars by mistake; a row unknown to the plan
UPLOADED = """Chỉ tiêu;Tháng;Giá trị;Trạng thái;Ngày công bố
Xuất khẩu hàng hóa;2021-07;27000;ước tính;29/07/2021
Xuất khẩu hàng hóa;2021-07;27000000;sơ bộ;10/08/2021
Xi măng Portland;2021-07;8,812140877408162;ước tính;29/07/2021
"""

# columns that have to be told: the reader knows neither heading
ODD = """Hang muc;Thang;So
Xuất khẩu hàng hóa;2021-07;27000
"""

LAYOUT_EXAMPLE = {"file": "2021-08-10-bang-rieng.csv", "series": "A", "month": "B", "value": "C"}

MATCH_EXAMPLE = {"table": "tidy", "row": "Xi măng Portland", "kpi": "cement"}

_MONTHS = f"{_BASE}/months"

ESTIMATE_EXAMPLE = {"value": 335000.0, "unit": "million USD", "reason": "Đơn hàng quý IV"}

LETTERHEAD_EXAMPLE = {
    "organ": "Bộ Công Thương",
    "symbol": "BC-BCT",
    "place": "Hà Nội",
    "signer_title": "Bộ trưởng",
    "addressees": ["Thủ tướng Chính phủ"],
}

TEXT_EXAMPLE = {
    "month": AS_OF,
    "slot": "context",
    "text": "Dịch bệnh diễn biến phức tạp tại một số khu công nghiệp.",
}

THRESHOLDS_EXAMPLE = {"on_track": 0.85, "at_risk": 0.5, "behind": 5.0}

REPORTED: dict[str, tuple[str, dict[str, Any] | None]] = {
    "POST /v1/plans/{plan}/report/texts": (f"{_BASE}/report/texts", TEXT_EXAMPLE),
    "GET /v1/plans/{plan}/report/open": (f"{_BASE}/report/open?as_of={AS_OF}&lang=vi", None),
    "POST /v1/plans/{plan}/letterhead": (f"{_BASE}/letterhead?lang=vi", LETTERHEAD_EXAMPLE),
    "GET /v1/plans/{plan}/letterhead": (f"{_BASE}/letterhead?lang=vi", None),
}

RULES_EXAMPLE = {
    "moved": 10.0,
    "off": ["drift"],
    "mail": [{"address": "ke.hoach@so.vn", "lang": "vi"}],
}

TOLD: dict[str, tuple[str, dict[str, Any] | None]] = {
    "POST /v1/plans/{plan}/notices/rules": (f"{_BASE}/notices/rules", RULES_EXAMPLE),
    "GET /v1/plans/{plan}/notices/rules": (f"{_BASE}/notices/rules", None),
    "GET /v1/plans/{plan}/notices": (f"{_BASE}/notices", None),
}

SEND_BACK_EXAMPLE = {"note": "Thiếu số liệu cửa khẩu"}

UNDO_EXAMPLE = {"reason": "Nhầm đơn vị: nghìn USD thay vì triệu USD"}


def shortened(value: Any) -> Any:
    """The same JSON; only the first and last of stamps and of lists of objects."""
    if isinstance(value, dict):
        return {
            key: _ends(item) if key == "stamps" else shortened(item) for key, item in value.items()
        }
    if isinstance(value, list):
        if len(value) > 2 and isinstance(value[0], dict):
            value = [value[0], value[-1]]
        return [shortened(item) for item in value]
    return value


def _ends(stamps: dict[str, str]) -> dict[str, str]:
    kpis = list(stamps)
    return {kpi: stamps[kpi] for kpi in (kpis[0], kpis[-1])} if len(kpis) > 2 else stamps


def with_examples(page: str, found: dict[str, Any]) -> str:
    """The page with every example block (`<!-- example: ROUTE -->`) replaced."""
    return _BLOCK.sub(lambda block: f"{block[1]}{block[2]}{folded(found[block[1]])}", page)


def folded(value: Any, indent: int = 0, before: int = 0) -> str:
    """JSON filled to lines of `WIDTH`; `before` characters are already on the line."""
    line = json.dumps(value, ensure_ascii=False)
    if not value or not isinstance(value, dict | list) or indent + before + len(line) <= WIDTH:
        return line
    if isinstance(value, dict):
        open_, close = "{}"
        named = [(f"{json.dumps(key)}: ", part) for key, part in value.items()]
    else:
        open_, close = "[]"
        named = [("", part) for part in value]
    text, column = open_, indent + before + 1
    for name, part in named:
        item = name + folded(part, indent + 1, len(name) + 1)
        if text == open_:
            text += item
        elif "\n" in item or column + len(item) + 3 > WIDTH:
            text += f",\n{' ' * (indent + 1)}{item}"
            column = indent + 1
        else:
            text += f", {item}"
            column += 2
        column = WIDTH if "\n" in item else column + len(item)
    return text + close


def ask(home: Path) -> dict[str, Any]:
    """Answers of a service on the sample plans, trained as of June 2021, in a new folder."""
    settings = Settings(home=home, database_url=None, mlflow_tracking_uri=None)
    store = Store.open(settings.store_url)
    load_sample(store, "all")
    app = create_app(settings, store)
    found = _retrained(app, AS_OF)
    # requests that show a projection come before those that change it, so that examples agree
    for route, address in REQUESTS.items():
        if route not in NEEDS_BEFORE:
            found[route] = _answer(app, "GET", address)
    stamp = found["GET /v1/plans/{plan}/projections/{kpi}"]["stamp"]
    found["GET /v1/stamps/{stamp}"] = _answer(app, "GET", f"/v1/stamps/{stamp}")
    found |= _each(app, SUPPOSED)
    found |= _each(app, REPORTED)
    _retrained(app, BEFORE)
    for route in NEEDS_BEFORE:
        found[route] = _answer(app, "GET", REQUESTS[route])
    tell(app.state.vedich, PLAN, date(2021, 7, 5))  # what changed from May to June
    found |= _each(app, TOLD)
    found |= _signed(app)
    found |= _each(app, ENTERED)
    found |= _uploaded(app)
    found["POST /v1/plans/{plan}/versions"] = _answer(
        app, "POST", f"{_BASE}/versions", NEW_VERSION
    )
    found["POST /v1/plans/{plan}/thresholds"] = _answer(
        app, "POST", f"{_BASE}/thresholds", THRESHOLDS_EXAMPLE
    )
    found |= _administered(app)
    app.state.vedich.jobs.close()
    return {route: shortened(found[route]) for route in sorted(found)}


def _each(app: FastAPI, requests: dict[str, tuple[str, dict[str, Any] | None]]) -> dict[str, Any]:
    """The answers to requests, sent in this order."""
    return {
        route: _answer(app, route.partition(" ")[0], address, body)
        for route, (address, body) in requests.items()
    }


def _retrained(app: FastAPI, as_of: str) -> dict[str, Any]:
    """Start a retraining and wait for it; both answers on the way."""
    app.state.vedich.jobs.begin()
    started = _answer(app, "POST", f"{_BASE}/retrain", {"as_of": as_of})
    job = started
    while job["state"] in ("queued", "running"):
        time.sleep(1)
        job = _answer(app, "GET", f"/v1/jobs/{started['id']}")
    listed = _answer(app, "GET", "/v1/jobs")
    app.state.vedich.jobs.close()
    other = _answer(app, "POST", f"{_BASE}/retrain", {"as_of": "2021-03"})
    return {
        "POST /v1/plans/{plan}/retrain": started,
        "GET /v1/jobs/{id}": job,
        "GET /v1/jobs": listed,
        "POST /v1/plans/{plan}/monthly": _answer(app, "POST", f"{_BASE}/monthly"),
        "POST /v1/jobs/{id}/cancel": _answer(app, "POST", f"/v1/jobs/{other['id']}/cancel"),
    }


def _signed(app: FastAPI) -> dict[str, Any]:
    """Enter an estimate; sign it and its month up to issued, each sent back once.

    Without an account the local user may take every step.
    """
    month, estimate = f"{_MONTHS}/{AS_OF}", f"{_MONTHS}/{AS_OF}/estimates/exports"
    base = "/v1/plans/{plan}/months"
    one, of_kpi = f"{base}/{{month}}", f"{base}/{{month}}/estimates/{{kpi}}"
    found = {f"POST {of_kpi}": _answer(app, "POST", estimate, ESTIMATE_EXAMPLE)}
    seen = {"estimate": found[f"POST {of_kpi}"]["estimates"][0]["id"]}
    for step in ("check", "send-back", "check", "approve", "issue"):
        body = SEND_BACK_EXAMPLE if step == "send-back" else seen
        found[f"POST {of_kpi}/{step}"] = _answer(app, "POST", f"{estimate}/{step}", body)
    found[f"GET {of_kpi}"] = _answer(app, "GET", estimate)
    again = _answer(app, "POST", estimate, {**ESTIMATE_EXAMPLE, "value": 336000.0})
    several = {"estimates": [again["estimates"][0]["id"]]}
    for step in ("check", "send-back", "check", "approve", "issue"):
        body = {**several, **SEND_BACK_EXAMPLE} if step == "send-back" else several
        found[f"POST {one}/signatures/{step}"] = _answer(
            app, "POST", f"{month}/signatures/{step}", body
        )
        if step == "check":
            found["GET /v1/waiting"] = _answer(app, "GET", "/v1/waiting")
    shown = {"figures": _answer(app, "GET", month)["figures"]}
    for step in ("check", "send-back", "check", "approve", "issue"):
        body = SEND_BACK_EXAMPLE if step == "send-back" else shown
        found[f"POST {one}/{step}"] = _answer(app, "POST", f"{month}/{step}", body)
    found[f"GET {one}"] = _answer(app, "GET", month)
    found[f"GET {base}"] = _answer(app, "GET", _MONTHS)
    found["GET /v1/audit"] = _answer(app, "GET", "/v1/audit?action=estimate.checked")
    found["GET /v1/session"] = _answer(app, "GET", "/v1/session")
    return found


def _uploaded(app: FastAPI) -> dict[str, Any]:
    """Upload a file, preview it, match its unknown row, commit, and undo; explain another."""
    base = "/v1/imports"
    looked = _answer(app, "POST", UPLOAD, UPLOADED)
    one = f"{base}/{looked['id']}"
    matched = _answer(app, "POST", f"{one}/matches", MATCH_EXAMPLE)
    shown = _answer(app, "GET", one)
    made = _answer(app, "POST", f"{one}/commit", {"mark": shown["preview"]["mark"]})
    undone = _answer(app, "POST", f"{one}/undo", UNDO_EXAMPLE)
    odd = _answer(app, "POST", f"{base}?plan={PLAN}&file={LAYOUT_EXAMPLE['file']}", ODD)
    told = _answer(app, "POST", f"{base}/{odd['id']}/layouts", LAYOUT_EXAMPLE)
    return {
        f"POST {base}": looked,
        f"POST {base}/{{id}}/matches": matched,
        f"POST {base}/{{id}}/layouts": told,
        f"GET {base}/{{id}}": shown,
        f"POST {base}/{{id}}/commit": made,
        f"POST {base}/{{id}}/undo": undone,
        f"GET {base}": _answer(app, "GET", f"{base}?plan={PLAN}"),
    }


def _administered(app: FastAPI) -> dict[str, Any]:
    """Bodies, keys and accounts, last: with the first account everybody has to log in."""
    store, by = app.state.vedich.store, "local"
    add_body(store, BODY, "Sở Công Thương Lạng Sơn", "Lạng Sơn Department of Trade", by)
    give_family(store, BODY, BODY, by)
    key = {"name": "power-bi", "scope": "issued", "body": BODY}
    made = {**_answer(app, "POST", "/v1/keys", key), "key": "vedich_…"}
    found = {"POST /v1/keys": made, "GET /v1/keys": _answer(app, "GET", "/v1/keys")}
    found["GET /v1/bodies"] = _answer(app, "GET", "/v1/bodies")
    total = f"/v1/bodies/house/roll-up/exports?year=2021&as_of={AS_OF}"
    found["GET /v1/bodies/{body}/roll-up/{kpi}"] = _answer(app, "GET", total)
    password = secrets.token_hex()
    for name, role in (("quan-tri", "admin"), ("linh", "entry")):
        add_account(store, name, role, password, by)
    begun = log_in(store, "quan-tri", password, "127.0.0.1", datetime.now(UTC))
    cookie = {"Cookie": f"{COOKIE}={begun.token}"}
    found["GET /v1/accounts"] = _answer(app, "GET", "/v1/accounts", headers=cookie)
    return found


def _answer(
    app: FastAPI,
    method: str,
    address: str,
    body: Any = None,
    headers: dict[str, str] | None = None,
) -> Any:
    """The answer of a route to a JSON body, or to a file given as text."""

    async def ask_once() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            if isinstance(body, str):
                return await client.request(method, address, content=body.encode())
            return await client.request(method, address, json=body, headers=headers)

    response = asyncio.run(ask_once())
    response.raise_for_status()
    return response.json()


def main() -> None:
    """Replace examples.json and the examples of docs/api.md."""
    with tempfile.TemporaryDirectory() as home:
        found = ask(Path(home))
    text = json.dumps(found, ensure_ascii=False, indent=1)
    (Path(__file__).parent / "shapes" / FILE).write_text(text + "\n", encoding="utf-8")
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(with_examples(page, found), encoding="utf-8")


if __name__ == "__main__":
    main()
