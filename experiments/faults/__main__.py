"""Disturb monthly runs, and look at what they leave and at the next run.

    python -m experiments.faults [FAULT ...] [--kills N] [--each N] [--seed N] [--at-once N]

Without a fault, all of them. Writes a folder of `results` for each; exit code 1 if
anything was found wrong.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from experiments.faults import at_once, clock, full_disk, mlflow_away, postgresql_away, servers
from experiments.faults.checks import Asked, Reference, references
from experiments.faults.kills import kill_runs
from experiments.faults.page_job import kill_services
from experiments.faults.scenario import try_fault

Try = Callable[[Mapping[str, Reference], Path, Asked], int]

FAULTS: Mapping[str, Try] = {
    "kills": kill_runs,
    "mlflow_away": partial(try_fault, "mlflow_away", servers.KINDS, mlflow_away.mlflow_away),
    "postgresql_away": partial(
        try_fault, "postgresql_away", servers.KINDS, postgresql_away.postgresql_away
    ),
    "full_disk": partial(try_fault, "full_disk", full_disk.KINDS, full_disk.full_disk),
    "at_once": partial(try_fault, "at_once", at_once.KINDS, at_once.at_once),
    "page_job": kill_services,
    "clock": partial(try_fault, "clock", clock.KINDS, clock.clock_set),
}


def main() -> int:
    """`python -m experiments.faults`."""
    parser = argparse.ArgumentParser(prog="python -m experiments.faults", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("faults", nargs="*", metavar="FAULT", help=", ".join(FAULTS))
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--each", type=int, default=1, help="times of a fault on each month")
    parser.add_argument("--seed", type=int, default=20210630)
    parser.add_argument("--at-once", type=int, default=2, help="homes at a time")
    given = parser.parse_args()
    if unknown := set(given.faults) - FAULTS.keys():
        parser.error(f"expected some of {', '.join(FAULTS)}, found {', '.join(unknown)}")
    asked = Asked(given.kills, given.each, given.seed, given.at_once)
    with tempfile.TemporaryDirectory(prefix="vedich-faults-") as made:
        folder = Path(made)
        folder.chmod(0o755)  # PostgreSQL is another user
        known = references(folder)
        return max([FAULTS[name](known, folder, asked) for name in given.faults or FAULTS])


if __name__ == "__main__":
    sys.exit(main())
