"""The process of one job: `python -m service.work.process`, started by `Jobs`.

It ends with the service that started it, and its own workers end with it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from data.db.store import Store
from data.home import own_files
from data.jobs import rows
from data.jobs.job import Cancelled, Job, LeaseLost
from data.jobs.lease import BEAT, Lease
from data.settings import Settings
from models.errors import VedichError
from service.monthly.job import monthly_job
from service.state.child import leave, message_of_parent
from service.texts import ERROR
from service.wording import explained, worded
from service.work.retraining import promotion_job, retrain_job
from training.workers import Progress

Work = Callable[[Store, Settings, Job, Progress], dict[str, Any]]

KINDS: Mapping[str, Work] = {
    "retrain": retrain_job,
    "promote": promotion_job,
    "monthly": monthly_job,
}

UNEXPECTED = "stopped by an error inside the service; its log says which"

log = logging.getLogger(__name__)


def run(
    store: Store,
    settings: Settings,
    job: Job,
    kinds: Mapping[str, Work] = KINDS,
    beat: float = BEAT,
) -> None:
    """Do the work of a job that this process holds, and say how it ended."""
    outcome: dict[str, Any]
    try:
        with Lease(store, job, leave, beat) as lease:
            result = kinds[job.kind](store, settings, job, lease.progress)
            outcome = {"state": "done", "result": result}
    except LeaseLost:
        return
    except Cancelled:
        outcome = {"state": "cancelled"}
    except VedichError as error:
        told = {"vi": worded(error, "vi"), "en": worded(error, "en")}
        outcome = {"state": "failed", "error": str(error), "failure": told}
    except Exception as error:
        log.exception("job %s failed", job.id)
        vi, en = explained(error, "vi"), explained(error, "en")
        told = {"vi": vi or ERROR["vi"]["unexpected"], "en": en or ERROR["en"]["unexpected"]}
        outcome = {"state": "failed", "error": en or UNEXPECTED, "failure": told}
    with suppress(LeaseLost):  # then another process has the last word
        rows.end(store, job, **outcome)


def main(kinds: Mapping[str, Work] = KINDS, beat: float = BEAT) -> None:
    """Read settings and job from the parent, and run it."""
    own_files()
    logging.basicConfig(level=logging.WARNING)
    settings, job = message_of_parent(leave)
    store = Store.open(settings.store_url, settings.database_timeout)
    run(store, settings, job, kinds, beat)


if __name__ == "__main__":
    main()
