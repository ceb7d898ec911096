"""A home with frozen bundles and all that is asked of it: shared by `make.py` and the test.

Only what stays public is used: the command line, HTTP addresses, the layout of a bundle's folder
and the tables of the database. What is learned by optimisers is frozen in `bundles/`, so only
the projection itself is computed. Rows with moments (promotions, reports, an event, an estimate)
are written straight into the tables, because a task's stamp covers when its reports were entered.
"""

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import json
import platform
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from importlib.metadata import entry_points, version
from pathlib import Path
from typing import Any

import numpy as np

FOLDER = Path(__file__).parent
NUMBERS = FOLDER / "numbers.json.gz"
VIETNAM, LANG_SON, KINDS = "vietnam-2021", "lang-son-2021", "kinds-2021"
PLANS = (VIETNAM, LANG_SON, KINDS)
AS_OF = "2021-06"
OTHER_DAYS = (  # asked for one by one: the month before, and the year when it was over
    (VIETNAM, "exports", "2021-05"),
    (VIETNAM, "turnover", "2021-05"),
    (VIETNAM, "exports", "2021-12"),
)
REPLAYED = (  # by the command; the stamps of all others are compared
    (VIETNAM, "exports"),
    (VIETNAM, "turnover"),
    (LANG_SON, "turnover"),
    (LANG_SON, "customs_revenue"),
    (LANG_SON, "ban_nhung"),
    (KINDS, "price"),
    (KINDS, "yield"),
    (KINDS, "inspections"),
    (KINDS, "bridge"),
)
PACKAGES = ("numpy", "scipy", "statsmodels", "pandas")
MOMENT = "2021-07-01 08:00:00.000000"
ROWS: Mapping[str, tuple[Mapping[str, Any], ...]] = {
    "promotions": (
        {"family": "vietnam", "as_of": "2021-05-31"},
        {"family": "lang-son", "as_of": "2021-06-30"},
        {"family": "kinds", "as_of": "2021-06-30"},
    ),
    "progress": (
        {"plan": LANG_SON, "kpi": "ban_nhung", "step": "dam", "done": 1},
        {"plan": LANG_SON, "kpi": "ban_lai", "step": "site", "judgement": 0.35},
        {"plan": LANG_SON, "kpi": "communes_electricity", "step": "commune_5", "done": 1},
        {"plan": KINDS, "kpi": "inspections", "done": 6, "day": "2021-03-31"},
        {"plan": KINDS, "kpi": "inspections", "done": 11},
        {"plan": KINDS, "kpi": "bridge", "step": "permit", "done": 1, "day": "2021-03-10"},
        {"plan": KINDS, "kpi": "bridge", "obstacle": "thiếu vật liệu", "judgement": 0.5},
    ),
    "events": (
        {"family": "vietnam", "kpi": "coal", "month": 4, "shape": "pulse", "size": -0.2},
        {"family": "kinds", "kpi": "output", "month": 5, "shape": "step", "size": 0.1},
    ),
    "log_entries": (
        {"plan": KINDS, "kpi": "supply", "text_vi": "Đủ hàng.", "text_en": "Goods suffice."},
    ),
    "estimates": ({"id": 1, "plan": VIETNAM, "kpi": "exports", "value": 300000.0},),
    "steps": ({"family": "vietnam", "plan": VIETNAM, "estimate": 1, "state": "draft"},),
}
FILLED: Mapping[str, Mapping[str, Any]] = {
    "promotions": {"version": "1", "promoted_at": MOMENT},
    "progress": {
        "step": "",
        "day": "2021-06-30",
        "final": 0,
        "note": "",
        "source": "made up",
        "entered_by": "tester",
        "entered_at": MOMENT,
    },
    "events": {
        "year": 2021,
        "length": 1,
        "accepted": 1,
        "day": "2021-06-29",
        "name": "made up",
        "note": "",
        "entered_by": "tester",
        "entered_at": MOMENT,
    },
    "log_entries": {
        "year": 2021,
        "month": 6,
        "day": "2021-06-30",
        "source": "made up",
        "entered_by": "tester",
        "entered_at": MOMENT,
    },
    "estimates": {"month": AS_OF, "unit": "million USD"},
    "steps": {"month": AS_OF, "actor": "tester", "at": MOMENT, "note": "made up"},
}


def vedich(*arguments: object) -> tuple[int, str]:
    """The command of that name, run in this process: its exit code and what it printed."""
    (script,) = entry_points(group="console_scripts", name="vedich")
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        try:
            script.load()([str(argument) for argument in arguments])
        except SystemExit as ended:
            return int(ended.code or 0), printed.getvalue()
    return 0, printed.getvalue()


def load(home: Path) -> None:
    """Both sample plans, and the plan with the other kinds, into a home that is empty."""
    for arguments in (
        ("init", "--sample", "all"),
        ("plan", "import", FOLDER / "kinds.yaml"),
        ("ingest", FOLDER / "kinds.csv", "--plan", KINDS),
    ):
        code, printed = vedich(*arguments)
        assert code == 0, printed
    # stamps of tasks cover when their reports were entered: for those of a sample, now
    with contextlib.closing(sqlite3.connect(home / "vedich.db")) as database, database:
        database.execute("drop trigger progress_no_update")
        database.execute("update progress set entered_at = ?", [MOMENT])


def thaw(home: Path) -> None:
    """The frozen bundles, where the service looks for them, and the rows of `ROWS`."""
    hashes = {}
    for frozen in sorted((FOLDER / "bundles").iterdir()):
        document = gzip.decompress((frozen / "bundle.json.gz").read_bytes())
        hashes[frozen.name] = json.loads(document)["content_hash"]
        folder = home / "bundles" / frozen.name / hashes[frozen.name][:16]
        folder.mkdir(parents=True)
        (folder / "bundle.json").write_bytes(document)
        (folder / "arrays.npz").write_bytes((frozen / "arrays.npz").read_bytes())
    for table, rows in ROWS.items():
        filled = [{**FILLED[table], **row} for row in rows]
        if table == "promotions":
            filled = [{**row, "bundle_hash": hashes[row["family"]]} for row in filled]
        insert(home, table, filled)


def insert(home: Path, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Rows of a fixed moment, older than those that a sample brings along."""
    with contextlib.closing(sqlite3.connect(home / "vedich.db")) as database, database:
        database.execute(f"drop trigger if exists {table}_no_backdate")
        for row in rows:
            columns = ", ".join(f'"{name}"' for name in row)
            places = ", ".join("?" * len(row))
            database.execute(f"insert into {table} ({columns}) values ({places})", [*row.values()])


def ledger(home: Path) -> dict[str, dict[str, Any]]:
    """Every published figure by its stamp, as the database holds it."""
    with contextlib.closing(sqlite3.connect(home / "vedich.db")) as database:
        rows = database.execute('select stamp, "plan", kpi, payload from projections').fetchall()
    return {row[0]: {"plan": row[1], "kpi": row[2], "payload": json.loads(row[3])} for row in rows}


def enter(home: Path, entries: Mapping[str, Mapping[str, Any]]) -> None:
    """Put published figures of another time into the ledger, to be replayed."""
    insert(
        home,
        "projections",
        [
            {
                "stamp": stamp,
                "plan": entry["plan"],
                "kpi": entry["kpi"],
                "payload": json.dumps(entry["payload"]),
                "recorded_at": MOMENT,
            }
            for stamp, entry in entries.items()
        ],
    )


def answers(get: Callable[..., Any], post: Callable[..., Any]) -> dict[str, Any]:
    """What a service on that home answers: JSON, CSV rows, Markdown and OData rows."""
    found: dict[str, Any] = {}

    def ask(path: str) -> Any:
        answer = get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        return answer

    for plan in PLANS:
        base = f"/v1/plans/{plan}"
        found[f"{plan} json"] = ask(f"{base}/projections?as_of={AS_OF}").json()
        text = ask(f"{base}/projections.csv?as_of={AS_OF}").content.decode("utf-8-sig")
        found[f"{plan} csv"] = list(csv.DictReader(io.StringIO(text)))
        for step in ("check", "approve", "issue"):
            figures = ask(f"{base}/months/{AS_OF}").json()["figures"]
            signed = post(f"{base}/months/{AS_OF}/{step}", json={"figures": figures})
            assert signed.status_code == 200, signed.text
        rows = ask(f"/odata/Projections?$filter=Plan eq '{plan}'").json()["value"]
        found[f"{plan} odata"] = rows
    for plan, kpi, day in OTHER_DAYS:
        one = ask(f"/v1/plans/{plan}/projections/{kpi}?as_of={day}").json()
        found[f"{plan} {kpi} {day} json"] = one
    for plan, kpi in REPLAYED:
        address = f"/v1/plans/{plan}/projections/{kpi}.md?as_of={AS_OF}&lang=en"
        found[f"{plan} {kpi} md"] = ask(address).text.splitlines()
    address = f"/v1/plans/{KINDS}/report.md?as_of={AS_OF}&lang=vi"
    found[f"{KINDS} report"] = ask(address).text.splitlines()
    return found


def made_with() -> dict[str, Any]:
    """What digits beyond the published ones may depend on."""
    simd = np.show_config(mode="dicts")["SIMD Extensions"]["found"]
    return {
        "python": ".".join(platform.python_version_tuple()[:2]),
        **{name: version(name) for name in PACKAGES},
        "machine": platform.machine(),
        "processor": [*sorted(simd), _model()],
    }


def _model() -> str:
    """The processor's family and model: libraries of linear algebra choose their code by it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return ""
    said = dict(line.split(":", 1) for line in lines if ":" in line)
    values = {name.strip(): value.strip() for name, value in said.items()}
    return " ".join(values.get(name, "") for name in ("vendor_id", "cpu family", "model"))
