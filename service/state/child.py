"""Child processes that end with their parent, whatever signal ended it.

A pipe says so: its writing end belongs to the parent alone, and the system closes it with
the parent. (The death signal of Linux would follow the thread that started the child.)
"""

from __future__ import annotations

import os
import pickle
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

_STDIN = 0
_SIZE = struct.Struct(">Q")


def start_child(
    module: str, message: Any, pass_fds: Sequence[int] = ()
) -> subprocess.Popen[bytes]:
    """Start a module of this program in a process of its own, which reads `message` first."""
    child = subprocess.Popen(
        [sys.executable, "-m", module],
        stdin=subprocess.PIPE,
        pass_fds=tuple(pass_fds),
    )
    assert child.stdin is not None
    content = pickle.dumps(message)
    with suppress(BrokenPipeError):  # the child ended at once; whoever waits for it finds out
        child.stdin.write(_SIZE.pack(len(content)) + content)
        child.stdin.flush()  # and it stays open: its end is ours
    return child


def message_of_parent(orphaned: Callable[[], None]) -> Any:
    """What the parent said; from now on `orphaned` is called once the parent is gone."""
    (size,) = _SIZE.unpack(_read(_SIZE.size))
    message = pickle.loads(_read(size))

    def watch() -> None:
        while os.read(_STDIN, 4096):
            pass
        orphaned()

    threading.Thread(target=watch, name="parent", daemon=True).start()
    return message


def leave() -> None:
    """End this process at once, without cleaning up: its parent is gone."""
    os._exit(1)


def _read(size: int) -> bytes:
    """So many bytes of standard input, not through its buffer, whose lock a thread would hold."""
    parts = []
    while size:
        part = os.read(_STDIN, size)
        if not part:
            leave()
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
