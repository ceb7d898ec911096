"""Kill monthly runs with SIGKILL at random points, and look at what they leave.

Half of the kills meet the first run ever of a home, half a later month. A home is killed
three times in a row and then run to its end.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from experiments.faults.checks import (
    MONTHS,
    Asked,
    Reference,
    place,
    points,
    write_results,
    wrong_after,
)
from experiments.faults.family import put_month
from experiments.faults.process import run_monthly

IN_A_ROW = 3  # kills of a home before it is run to its end


def killed_in_a_row(
    home: Path, reference: Reference, shares: Iterator[float]
) -> Iterator[dict[str, object]]:
    """Kill a home's runs, each at a share of the CPU time; then let one run to its end."""
    shutil.copytree(reference.before, home)
    settings = place(home)
    put_month(settings, MONTHS[reference.month])
    for number in range(1, IN_A_ROW + 2):
        share = next(shares) if number <= IN_A_ROW else None
        run = run_monthly(settings, None if share is None else share * reference.cpu)
        wrong = list(wrong_after(settings, run, reference))
        if run.code != 0 and (run.ended != "killed" or not run.disturbed):
            wrong.append(f"ended with {run.code}: {run.said[-300:]}")
        yield {
            "home": home.name,
            "month": reference.month,
            "run": number,
            "share_of_cpu": "" if share is None else f"{share:.3f}",
            "ended": run.ended,
            "cpu": f"{run.cpu:.2f}",
            "wrong": "; ".join(wrong),
        }
        if run.code == 0:
            break
    shutil.rmtree(home)


def kill_runs(known: Mapping[str, Reference], folder: Path, asked: Asked) -> int:
    """Kill so many runs, half of them on each month; write the table home by home."""
    killed: list[object] = []
    found: dict[int, list[dict[str, object]]] = {}

    def written() -> int:
        lines = [line for number in sorted(found) for line in found[number]]
        return write_results("kills", lines, asked, known)

    def one(number: int) -> None:
        if len(killed) >= asked.kills:
            return
        reference = list(known.values())[number % len(known)]
        lines = []
        home = folder / f"kills-{number + 1}"
        for line in killed_in_a_row(home, reference, points(asked.seed, number)):
            print(line, flush=True)
            lines.append(line)
            killed.extend([line] if line["ended"] == "killed" else [])
        found[number] = lines
        written()  # so that a long run may be ended by hand

    with ThreadPoolExecutor(asked.at_once) as pool:
        list(pool.map(one, range(2 * asked.kills)))
    return written()
