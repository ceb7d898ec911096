"""One home that is disturbed once: the run that meets the fault, and the next one."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from data.settings import Settings
from experiments.faults.checks import (
    MONTHS,
    Asked,
    Reference,
    last_words,
    points,
    write_results,
    wrong_after,
)
from experiments.faults.family import put_month
from experiments.faults.process import Process, Run, run_monthly

FAILED = 2  # exit code of a run that says why it stopped
LONGEST_AFTER = 400.0  # seconds from a fault to the end of the run, also on a busy machine


@dataclass(frozen=True)
class Fault:
    """What happens to a run.

    Attributes
    ----------
    settings : of the home, made whole for the run before the fault
    disturb : called with the process once it has used its share of CPU time
    mend : called once that run has ended
    more : environment of the runs beside that of the settings
    others : what else ran at the same time, once it is mended
    killed : the run does not end by itself
    """

    settings: Settings
    disturb: Callable[[Process], None]
    mend: Callable[[], None]
    more: Mapping[str, str] = field(default_factory=dict)
    others: list[Run] = field(default_factory=list)
    killed: bool = False


Prepare = Callable[[Path, Reference, str], AbstractContextManager[Fault]]


def disturbed_once(
    home: Path, reference: Reference, kind: str, share: float, prepare: Prepare
) -> Iterator[dict[str, object]]:
    """Disturb a home's run; mend what was disturbed, and let the next run come to its end."""
    with prepare(home, reference, kind) as fault:
        settings = fault.settings
        put_month(settings, MONTHS[reference.month])
        for number in (1, 2):
            if number == 1:
                at = share * reference.cpu
                run = run_monthly(settings, at, fault.disturb, more=fault.more)
                if run.disturbed:
                    fault.mend()
            else:
                run = run_monthly(settings, more=fault.more)
            runs = [run, *(fault.others if number == 1 else ())]
            for one in runs:
                yield {
                    "home": home.name,
                    "fault": kind,
                    "month": reference.month,
                    "run": number,
                    "share_of_cpu": f"{share:.3f}" if one.disturbed else "",
                    "ended": one.ended,
                    "seconds_after": f"{one.after:.1f}" if one.disturbed else "",
                    "said": last_words(one).replace(str(home.parent), ""),
                    "wrong": "; ".join(_wrong(fault, one, reference, number)),
                }
            if all(one.code == 0 for one in runs):
                break
    shutil.rmtree(home)


def _wrong(fault: Fault, run: Run, reference: Reference, number: int) -> Iterator[str]:
    yield from wrong_after(fault.settings, run, reference)
    expected = run.code in (0, FAILED) if number == 1 else run.code == 0
    if not expected and not (fault.killed and run.disturbed and run.ended == "killed"):
        yield f"ended with {run.code}: {run.said[-300:]}"
    if run.disturbed and run.after > LONGEST_AFTER:
        yield f"it went on for {run.after:.0f} s"


def try_fault(
    name: str,
    kinds: Sequence[str],
    prepare: Prepare,
    known: Mapping[str, Reference],
    folder: Path,
    asked: Asked,
) -> int:
    """Try each kind of a fault on both months at random points; write the table."""
    tried = [
        (kind, reference)
        for _ in range(asked.each)
        for kind in kinds
        for reference in known.values()
    ]

    def one(number: int) -> list[dict[str, object]]:
        kind, reference = tried[number]
        home = folder / f"{name}-{number + 1}"
        share = next(points(asked.seed, number))
        lines = []
        for line in disturbed_once(home, reference, kind, share, prepare):
            print(line, flush=True)
            lines.append(line)
        return lines

    with ThreadPoolExecutor(asked.at_once) as pool:
        lines = [line for found in pool.map(one, range(len(tried))) for line in found]
    return write_results(name, lines, asked, known)
