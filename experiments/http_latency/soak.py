"""Twelve clients ask for pages, charts and reports at once: how fast, how fairly, at what memory.

    python -m experiments.http_latency.soak [--home FOLDER] [--minutes 10]

Each client has a key of its own and asks again as soon as it was answered: mostly for what
has to be computed, for every KPI, month and language in turn. Writes soak.csv (the memory
and the answers of every ten seconds) and soak.md.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import os
import random
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from data.accounts.keys import add_key
from data.db.store import Store
from data.plans.rows import load_plan
from data.settings import Settings
from experiments.http_latency.servers import PLAN, Server, make_home, service
from experiments.provenance import write_provenance

CLIENTS, SEED = 12, 20211231
WINDOW = 10.0  # seconds between two looks at the memory
MONTHS = tuple(f"2021-{month:02d}" for month in range(1, 7))
KINDS = ("page", "page", "page", "chart", "chart", "projection", "projection", "report")
FAIR = 0.5  # of the median client's answers, the least that any client may have
GROWTH = 0.05  # of memory, between the second and the last quarter of the time
BUSY = 503
_PAGE = 1 / 256  # MiB of a page of memory


@dataclass(frozen=True)
class Asked:
    """One answer: by whom and for what, after how many seconds, with which status."""

    client: int
    kind: str
    at: float
    seconds: float
    status: int


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m experiments.http_latency.soak")
    parser.add_argument("--home", type=Path, help="as `make run` leaves it; default: made here")
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="vedich-soak-") as folder:
        scratch = Path(folder)
        home = given.home or scratch / "made"
        if given.home is None:
            make_home(home)
        with service(home, scratch) as server:
            asked, memory = _soak(server, _keys(server.home), given.minutes * 60)
    windows = _windows(asked, memory)
    given.out.mkdir(parents=True, exist_ok=True)
    windows.to_csv(given.out / "soak.csv", index=False, float_format="%.3f")
    page = _page(asked, windows, given.minutes)
    (given.out / "soak.md").write_text(page, encoding="utf-8")
    command = "python -m experiments.http_latency.soak"
    write_provenance(
        given.out, command, "fastapi", "uvicorn", file="soak_made_with.json", seed=SEED
    )
    print(page)


def _keys(home: Path) -> list[str]:
    """A key for each client."""
    store = Store.open(Settings(home=home, mlflow_tracking_uri=None).store_url)
    keys = [add_key(store, f"client-{number}", "read", "os:soak") for number in range(CLIENTS)]
    store.close()
    return keys


def _soak(
    server: Server, keys: list[str], seconds: float
) -> tuple[list[Asked], list[tuple[float, float]]]:
    """All clients ask at once for so many seconds; answers, and the memory in MiB over time."""
    store = Store.open(Settings(home=server.home, mlflow_tracking_uri=None).store_url)
    kpis = [kpi.slug for kpi in load_plan(store, PLAN).kpis if not kpi.traits.in_words]
    store.close()
    asked: list[Asked] = []
    begun = time.monotonic()

    def client(number: int) -> None:
        port = int(server.address.rpartition(":")[2])
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        head = {"Authorization": f"Bearer {keys[number]}"}
        for kind, path in _wishes(number, kpis):
            since = time.monotonic()
            if since - begun > seconds:
                break
            try:
                connection.request("GET", path, headers=head)
                answer = connection.getresponse()
                answer.read()
                status = answer.status
            except (OSError, http.client.HTTPException):
                status = 0
                connection.close()
            now = time.monotonic()
            asked.append(Asked(number, kind, now - begun, now - since, status))
            if status == BUSY:
                time.sleep(1)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(CLIENTS)]
    for one in threads:
        one.start()
    memory = []
    while any(one.is_alive() for one in threads):
        memory.append((time.monotonic() - begun, _resident(server.process)))
        for _ in range(int(WINDOW)):
            time.sleep(1)
            if not any(one.is_alive() for one in threads):
                break
    return asked, memory


def _wishes(number: int, kpis: list[str]) -> Iterator[tuple[str, str]]:
    """What a client asks for, without end: drawn from all KPIs, months, languages and forms."""
    rng = random.Random(f"{SEED} {number}")
    plan, api = f"/plans/{PLAN}", f"/v1/plans/{PLAN}"
    while True:
        kind, kpi = rng.choice(KINDS), rng.choice(kpis)
        query = f"as_of={rng.choice(MONTHS)}&lang={rng.choice(('vi', 'en'))}"
        path = {
            "page": rng.choice((f"{plan}/today", plan, f"{plan}/kpis/{kpi}", f"{plan}/why")),
            "chart": f"{api}/projections/{kpi}/fan-chart.{rng.choice(('svg', 'png'))}",
            "projection": f"{api}/projections/{kpi}",
            "report": f"{api}/report.{rng.choice(('docx', 'pdf', 'xlsx', 'html', 'md'))}",
        }[kind]
        yield kind, f"{path}?{query}"


def _windows(asked: list[Asked], memory: list[tuple[float, float]]) -> pd.DataFrame:
    """Answers, slowest and memory of each stretch between two looks."""
    found = pd.DataFrame(asked)
    rows = []
    for (since, _), (until, held) in itertools.pairwise(memory):
        part = found[(found["at"] > since) & (found["at"] <= until)]
        rows.append(
            {
                "until_s": until,
                "memory_mib": held,
                "answers": len(part),
                "busy": int((part["status"] == BUSY).sum()),
                "p99_s": part["seconds"].quantile(0.99) if len(part) else np.nan,
            }
        )
    return pd.DataFrame(rows)


def _page(asked: list[Asked], windows: pd.DataFrame, minutes: float) -> str:
    found = pd.DataFrame(asked)
    done = found[found["status"] == 200]
    wrong = found[~found["status"].isin([200, BUSY])]
    each = done.groupby("client").size().reindex(range(CLIENTS), fill_value=0)
    quarters = np.array_split(windows["memory_mib"].to_numpy(), 4)
    before, after = float(np.median(quarters[1])), float(np.median(quarters[3]))
    least = each.min() / each.median()
    lines = [
        f"{CLIENTS} clients for {minutes:g} minutes on {os.cpu_count()} cores, one worker; each "
        f"asks again as soon as it was answered: {len(done)} answers "
        f"({len(done) / (60 * minutes):.1f} a second), {int((found['status'] == BUSY).sum())} "
        f"times 503 with Retry-After, {len(wrong)} other answers. Seed {SEED}.",
        "",
        "| Asked for | Answers | p50, s | p99, s | Slowest, s |",
        "| --- | --- | --- | --- | --- |",
    ]
    for kind, part in [*done.groupby("kind"), ("all", done)]:
        p50, p99, most = part["seconds"].quantile([0.5, 0.99, 1.0])
        lines.append(f"| {kind} | {len(part)} | {p50:.3f} | {p99:.2f} | {most:.1f} |")
    lines += [
        "",
        "| | Bar | Found |",
        "| --- | --- | --- |",
        f"| least of a client ÷ the median client ({each.min()} and {each.median():.0f} answers) "
        f"| ≥ {FAIR} | {_shown(f'{least:.2f}', least >= FAIR)} |",
        f"| memory in the last quarter ÷ in the second ({after:.0f} and {before:.0f} MiB) "
        f"| ≤ {1 + GROWTH} | {_shown(f'{after / before:.3f}', after <= (1 + GROWTH) * before)} |",
        f"| answers other than 200 and 503 | 0 | {_shown(str(len(wrong)), not len(wrong))} |",
    ]
    return "\n".join(lines) + "\n"


def _shown(text: str, met: bool) -> str:
    return text if met else f"**{text}**"


def _resident(process: int) -> float:
    """Memory of a process in MiB, from /proc."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * _PAGE


if __name__ == "__main__":
    main()
