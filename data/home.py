"""The home of a house, readable by its owner alone: what is made in it, and what was there."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

OTHERS = stat.S_IRWXG | stat.S_IRWXO


def own_files() -> None:
    """From now on this process and those it starts make files that only their owner reads.

    Called where a process begins: the command line (the service and the workers of a
    retraining inherit it) and the service itself.
    """
    os.umask(OTHERS)


def tighten(home: Path) -> int:
    """Take a home away from everybody but its owner: folders 0700, files 0600.

    Returns
    -------
    int, how many files and folders were open to others; 0 if there is no home yet. What
    belongs to another user stays as it is.
    """
    if not _open_to_others(home):
        return 0
    return sum(_close(path) for path in _below(home))


def _open_to_others(path: Path) -> bool:
    try:
        return bool(path.stat().st_mode & OTHERS)
    except FileNotFoundError:
        return False


def _below(home: Path) -> Iterator[Path]:
    for folder, _, files in os.walk(home, topdown=False):
        yield from (Path(folder, name) for name in files)
        yield Path(folder)  # after what is in it: a second start begins again where one ended


def _close(path: Path) -> bool:
    try:
        mode = path.lstat().st_mode
        if stat.S_ISLNK(mode) or not mode & OTHERS:
            return False
        path.chmod(stat.S_IMODE(mode) & ~OTHERS)
    except (FileNotFoundError, PermissionError):
        return False
    return True
