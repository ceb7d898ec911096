"""Fill the disk of a monthly run at random points; a small file system in memory is the disk.

The home is a tmpfs of its own, whose last free byte is taken. Temporary files lie on
another disk, or on the same. Once the run has ended there is room again, and the month is
run once more. Mounting needs root.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from experiments.faults.checks import Reference, place
from experiments.faults.process import Process
from experiments.faults.scenario import Fault

KINDS = ("home full", "home and temporary files full")
SIZE = "300m"
PIECES = (1 << 20, 1 << 12, 1)  # bytes in which what is free is taken


@contextmanager
def full_disk(home: Path, reference: Reference, kind: str) -> Iterator[Fault]:
    """A home on a disk of its own, which is filled to the last byte."""
    home.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", home], check=True)
    try:
        shutil.copytree(reference.before, home, dirs_exist_ok=True)
        filler, temporary = home / "filler", home / "temporary"
        temporary.mkdir()

        def disturb(_process: Process) -> None:
            with filler.open("wb", buffering=0) as file:
                for piece in PIECES:
                    with suppress(OSError):
                        while True:
                            os.posix_fallocate(file.fileno(), file.seek(0, os.SEEK_END), piece)

        more = {"TMPDIR": str(temporary)} if kind != KINDS[0] else {}
        yield Fault(place(home), disturb, filler.unlink, more)
    finally:
        subprocess.run(["umount", "--lazy", home], check=True)
