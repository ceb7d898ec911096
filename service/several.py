"""Several processes that answer on one socket: `vedich serve --workers N`.

The first process listens and answers nothing: it starts the others, starts another for one
that ended, and ends them all. They end with it, whatever signal it gets. Each has caches
and connections of its own; sessions, jobs and all that is known are in the database.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from data.db.store import Store
from data.home import own_files
from data.settings import Settings
from data.telemetry.logs import set_up_logs
from data.telemetry.spans import set_up_spans
from service.state.child import leave, message_of_parent, start_child
from service.state.metrics import TOGETHER
from service.web.server import server_of, stay_responsive

MODULE = "service.several"
ENDS = 30.0  # seconds that a process may take to finish what it answers
AGAIN = 1.0  # seconds before another process is started for one that ended


@dataclass(frozen=True)
class Share:
    """What one of several processes is told."""

    settings: Settings
    listener: int
    of: int


def serve_with(listener: socket.socket, settings: Settings, number: int) -> None:
    """Answer with so many processes until this one is told to stop."""
    stop = threading.Event()
    for told in (signal.SIGINT, signal.SIGTERM):
        signal.signal(told, lambda *_: stop.set())
    share = Share(settings, listener.fileno(), number)
    with tempfile.TemporaryDirectory(prefix="vedich-metrics-") as folder:
        os.environ[TOGETHER] = folder
        children = [_start(share) for _ in range(number)]
        while not stop.wait(AGAIN):
            for place, child in enumerate(children):
                if child.poll() is not None:
                    children[place] = _start(share)
        _end(children)


def _start(share: Share) -> subprocess.Popen[bytes]:
    return start_child(MODULE, share, [share.listener])


def _end(children: Sequence[subprocess.Popen[bytes]]) -> None:
    for child in children:
        child.terminate()
    until = time.monotonic() + ENDS
    for child in children:
        try:
            child.wait(max(until - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _orphaned() -> None:
    """The first process is gone: finish what is being answered, then end."""
    threading.Timer(ENDS, leave).start()
    os.kill(os.getpid(), signal.SIGTERM)


def main() -> None:
    """One of the processes."""
    from service.app import create_app

    own_files()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the first, which tells us
    share: Share = message_of_parent(_orphaned)
    set_up_logs(share.settings)
    set_up_spans(share.settings)
    store = Store.open(share.settings.store_url, share.settings.database_timeout)
    app = create_app(share.settings, store)
    stay_responsive()
    with socket.socket(fileno=os.dup(share.listener)) as found:
        server_of(app, share.of).run(sockets=[found])


if __name__ == "__main__":
    main()
