"""Stop, hang and restart the MLflow server of a monthly run at random points.

MLflow is a server of its own for each home. It is told to stop, is stopped where it is
(SIGSTOP), or is stopped and started again at once. Once the run has ended it answers
again, and the month is run once more.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from experiments.faults.checks import Reference, place
from experiments.faults.scenario import Fault
from experiments.faults.servers import Mlflow, away


@contextmanager
def mlflow_away(home: Path, reference: Reference, kind: str) -> Iterator[Fault]:
    """A home whose retrainings are recorded on a server that goes away."""
    shutil.copytree(reference.before, home)
    server = Mlflow(home)
    server.start()
    try:
        disturb, mend = away(server, kind)
        yield Fault(place(home, MLFLOW_TRACKING_URI=server.url), disturb, mend)
    finally:
        server.stop()
