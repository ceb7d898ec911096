"""How fast the service answers: each route warm and after a start, beside other programs.

    apt-get install wrk
    python -m experiments.http_latency.run [--home FOLDER] [--first ROUTE ...]

Makes what `make run` leaves (or takes it from a folder), starts everything itself, each server
on a copy: `vedich serve`, the same application under uvicorn as it comes, a bare FastAPI
route that returns the same bytes, and `mlflow models serve` of the same bundle. Writes
results.csv and results.md.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from experiments.http_latency.load import CONNECTIONS, closed_load, steady_load
from experiments.http_latency.servers import PLAN, bare, make_home, mlflow, plain, service
from experiments.provenance import write_provenance

SCORED = 5  # seconds; a model takes longer to answer
RATE = 500.0  # requests a second of the steady load
BARS = {"projection": 0.6, "mlflow": 3.0, "route": 300.0, "page": 200.0, "cold": 0.5, "p99": 10.0}
ONE = f"/v1/plans/{PLAN}/projections/exports?as_of=2021-06"
ROUTES = {
    "one projection": ONE,
    "/healthz": "/healthz",
    "/v1/plans": "/v1/plans",
    "/v1/plans/{plan}": f"/v1/plans/{PLAN}",
    "/v1/models": "/v1/models",
    "/v1/track-record": "/v1/track-record",
    "all projections": f"/v1/plans/{PLAN}/projections",
    "projections as CSV": f"/v1/plans/{PLAN}/projections.csv",
    "history of a KPI": f"/v1/plans/{PLAN}/projections/exports/history",
    "changes of a month": f"/v1/plans/{PLAN}/changes?from=2021-05&to=2021-06",
    "fan chart, SVG": f"/v1/plans/{PLAN}/projections/exports/fan-chart.svg",
    "embed": f"/embed/{PLAN}/exports",
    "settled targets": f"/v1/plans/{PLAN}/track-record",
    "observations": f"/v1/observations?plan={PLAN}",
    "imports": f"/v1/imports?plan={PLAN}",
    "months": f"/v1/plans/{PLAN}/months",
    "OData feed": "/odata/Projections",
    "jobs": "/v1/jobs",
}
PAGES = {
    "first page": "/",
    "Today": f"/plans/{PLAN}/today",
    "plan page": f"/plans/{PLAN}",
    "KPI page": f"/plans/{PLAN}/kpis/exports",
    "why": f"/plans/{PLAN}/why",
    "what-if": f"/plans/{PLAN}/what-if",
    "data": f"/plans/{PLAN}/data",
    "reports": f"/plans/{PLAN}/reports",
    "signing": f"/plans/{PLAN}/signing",
    "models": f"/plans/{PLAN}/models",
    "track record": f"/plans/{PLAN}/track-record",
}
SERVED, PLAIN, BARE, MLFLOW = "vedich serve", "plain uvicorn", "bare FastAPI", "mlflow"
Row = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m experiments.http_latency.run")
    parser.add_argument("--home", type=Path, help="as `make run` leaves it; default: made here")
    parser.add_argument("--seconds", type=int, default=3, help="per route and program")
    parser.add_argument("--steady", type=float, default=10.0, help="seconds at the steady rate")
    parser.add_argument(
        "--first",
        nargs="*",
        choices=[*ROUTES, *PAGES],
        default=[*ROUTES, *PAGES],
        metavar="ROUTE",
        help="whose first answer is measured too, each after a start of its own; default: all",
    )
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vedich-http-") as folder:
        scratch = Path(folder)
        home = given.home or scratch / "made"
        if given.home is None:
            make_home(home)
        rows = [*_first_answers(home, scratch, given.first), *_rates(home, scratch, given)]
    found = pd.DataFrame(rows)
    given.out.mkdir(parents=True, exist_ok=True)
    found.to_csv(given.out / "results.csv", index=False, float_format="%.3f")
    page = _page(found)
    (given.out / "results.md").write_text(page, encoding="utf-8")
    command = "python -m experiments.http_latency.run"
    write_provenance(given.out, command, "fastapi", "uvicorn", "mlflow", seconds=given.seconds)
    print(page)


def _first_answers(home: Path, scratch: Path, names: Sequence[str]) -> Iterator[Row]:
    """The first answer of each route, each of a service that has just started."""
    for name in names:
        path = {**ROUTES, **PAGES}[name]
        with service(home, scratch) as server:
            load, begun = os.getloadavg()[0], time.perf_counter()
            server.get(path)
            seconds = time.perf_counter() - begun
        yield {"route": name, "program": SERVED, "what": "cold_s", "value": seconds, "load": load}


def _rates(home: Path, scratch: Path, given: argparse.Namespace) -> Iterator[Row]:
    """Warm rates of all programs, one after the other, then the steady load."""
    seconds = given.seconds
    with service(home, scratch) as server, plain(home, scratch) as other:
        server.wait_until_idle()
        other.wait_until_idle()
        content = server.get(ONE)
        with bare(content, scratch) as same:
            yield from _rate("one projection", BARE, f"{same.address}/", seconds)
            for name, path in {**ROUTES, **PAGES}.items():
                for program, one in ((SERVED, server), (PLAIN, other)):
                    for _ in range(3):
                        one.get(path)
                    yield from _rate(name, program, f"{one.address}{path}", seconds)
            yield from _rate("one projection", BARE, f"{same.address}/", seconds)
            yield from _rate("one projection", SERVED, f"{server.address}{ONE}", seconds)
        port = int(server.address.rpartition(":")[2])
        load = os.getloadavg()[0]
        met = steady_load(port, [ONE], rate=RATE, duration=given.steady, connections=16)
        p99 = 1000 * float(np.quantile(met.seconds, 0.99))
        row = {"route": "one projection", "program": SERVED, "load": load, "wrong": met.wrong}
        yield {**row, "what": "steady_p99_ms", "value": p99}
        yield {**row, "what": "steady_rate", "value": met.rate}
    with mlflow(home, scratch) as (server, script):
        asked = f"{server.address}/invocations"
        closed_load(asked, seconds=SCORED, script=script)
        yield from _rate("one projection", MLFLOW, asked, 2 * SCORED, script)


def _rate(
    name: str, program: str, address: str, seconds: int, script: Path | None = None
) -> Iterator[Row]:
    load = os.getloadavg()[0]
    met = closed_load(address, seconds=seconds, script=script)
    row = {"route": name, "program": program, "load": load, "wrong": met.wrong}
    yield {**row, "what": "rate", "value": met.rate}
    yield {**row, "what": "p99_ms", "value": met.p99_ms}


def _page(found: pd.DataFrame) -> str:
    """The table, and which bars are met."""
    value = found.groupby(["what", "route", "program"])["value"].mean()
    lines = [
        f"{CONNECTIONS} kept-alive connections of wrk, one worker; warm, and the first answer of "
        "a service that has just started. Load of the machine before: "
        f"{found['load'].min():.1f} to {found['load'].max():.1f}. Wrong answers: "
        f"{int(found['wrong'].sum())}. **Bold**: bar missed.",
        "",
        f"| Route | {SERVED}, requests/s | p99, ms | {PLAIN}, requests/s | First answer, s |",
        "| --- | --- | --- | --- | --- |",
    ]
    for name in {**ROUTES, **PAGES}:
        rate, cold = value["rate", name, SERVED], value.get(("cold_s", name, SERVED))
        bar = BARS["page" if name in PAGES else "route"]
        lines.append(
            f"| {name} | {_shown(f'{rate:.0f}', rate >= bar)} "
            f"| {value['p99_ms', name, SERVED]:.1f} | {value['rate', name, PLAIN]:.0f} "
            f"| {'–' if cold is None else _shown(f'{cold:.2f}', cold <= BARS['cold'])} |"
        )
    one, p99 = value["rate", "one projection", SERVED], value["steady_p99_ms"].iloc[0]
    same, scored = value["rate", "one projection", BARE], value["rate", "one projection", MLFLOW]
    lines += [
        "",
        "| One projection | Bar | Found |",
        "| --- | --- | --- |",
        f"| ÷ a bare FastAPI route of the same bytes ({same:.0f}/s, p99 "
        f"{value['p99_ms', 'one projection', BARE]:.1f} ms) | ≥ {BARS['projection']} "
        f"| {_shown(f'{one / same:.2f}', one / same >= BARS['projection'])} |",
        f"| ÷ `mlflow models serve` of the same bundle ({scored:.1f}/s, p99 "
        f"{value['p99_ms', 'one projection', MLFLOW]:.0f} ms) | ≥ {BARS['mlflow']:.0f} "
        f"| {_shown(f'{one / scored:.0f}', one / scored >= BARS['mlflow'])} |",
        f"| p99 at {RATE:.0f} requests/s, ms | ≤ {BARS['p99']:.0f} "
        f"| {_shown(f'{p99:.1f}', p99 <= BARS['p99'])} |",
        "",
        f"Bars of the others: routes ≥ {BARS['route']:.0f}/s, pages ≥ {BARS['page']:.0f}/s, first "
        f"answer ≤ {BARS['cold']} s.",
    ]
    return "\n".join(lines) + "\n"


def _shown(text: str, met: bool) -> str:
    return text if met else f"**{text}**"


if __name__ == "__main__":
    main()
