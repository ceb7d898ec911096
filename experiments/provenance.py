"""What a result was made with: command, commit, processor; written beside it."""

from __future__ import annotations

import hashlib
import json
import os
import platform
from importlib.metadata import version
from pathlib import Path

from training.retrain import commit

_CPUINFO = Path("/proc/cpuinfo")
_STARTED_FROM = commit()  # before a result is written, which is a change since


def file_hash(file: Path) -> str:
    """SHA-256 of a file of data, in hexadecimal digits."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def processor() -> str:
    """The processor's name as the system gives it; '' where it gives none."""
    if _CPUINFO.exists():
        for line in _CPUINFO.read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.processor()


def machine() -> dict[str, object]:
    """Commit of the program ('+' if it was changed since), processor, cores, Python."""
    return {
        "commit": _STARTED_FROM,
        "processor": processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
    }


def write_provenance(
    folder: Path, command: str, *packages: str, file: str = "made_with.json", **more: object
) -> None:
    """Write `made_with.json` into the folder of a result: versions of packages, and more."""
    versions = {name: version(name) for name in packages}
    about = {"command": command, **machine(), **versions, **more}
    text = json.dumps(about, indent=1)
    (folder / file).write_text(text + "\n", encoding="utf-8")
