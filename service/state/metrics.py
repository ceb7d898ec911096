"""Metrics at /metrics: requests and their duration, jobs, notices, the process."""

from __future__ import annotations

import os
import time
from collections import Counter as Tally
from collections.abc import Iterable
from typing import get_args

from prometheus_client import CollectorRegistry, Histogram, ProcessCollector, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from data.db.store import Store
from data.jobs.job import State
from data.notices.deliveries import STATES, states_of
from data.notices.rows import counts_of
from data.notices.standing import standing_counts
from service.state.jobs import Jobs

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.5, 10.0)  # upper ends of the buckets
NO_ROUTE = "none"
TOGETHER = "PROMETHEUS_MULTIPROC_DIR"  # the library looks for it when it is imported


class Metrics:
    """Metrics of one running service, whatever number of processes it has."""

    def __init__(self, jobs: Jobs, store: Store) -> None:
        self._registry = CollectorRegistry()
        self._seconds = Histogram(
            "vedich_request_seconds",
            "Time from a request's head to the end of its answer.",
            ("method", "route", "status"),
            buckets=SECONDS,
            registry=self._registry,
        )
        self._told = self._registry
        if TOGETHER in os.environ:  # each process counts in a file; whoever is asked adds up
            self._told = CollectorRegistry()
            MultiProcessCollector(self._told)
        else:
            ProcessCollector(registry=self._told)
        self._told.register(_JobStates(jobs))
        self._told.register(_Notices(store))

    def observe(self, method: str, route: str, status: int, seconds: float) -> None:
        """Record one request."""
        self._seconds.labels(method, route, status).observe(seconds)

    def text(self) -> bytes:
        """All metrics in the Prometheus text format."""
        return generate_latest(self._told)


class Measured:
    """ASGI middleware that records each HTTP request by its route, not its path."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        status = 500  # if the application raises before it responds

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            route = getattr(scope.get("route"), "path", NO_ROUTE)
            seconds = time.perf_counter() - begun
            self._metrics.observe(scope["method"], route, status, seconds)


class _JobStates(Collector):
    """Number of remembered jobs in each state."""

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs

    def collect(self) -> Iterable[Metric]:
        found = Tally(job.state for job in self._jobs.recent())
        gauge = GaugeMetricFamily("vedich_jobs", "Jobs by state.", labels=("state",))
        for state in get_args(State):
            gauge.add_metric((state,), found[state])
        yield gauge


class _Notices(Collector):
    """Number of notices and of what looks wrong by plan and rule, of deliveries by state."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def describe(self) -> Iterable[Metric]:
        return ()  # or registering would ask the database

    def collect(self) -> Iterable[Metric]:
        notices = GaugeMetricFamily(
            "vedich_notices", "Notices by plan and rule.", labels=("plan", "rule")
        )
        for (plan, rule), count in counts_of(self._store).items():
            notices.add_metric((plan, rule), count)
        yield notices
        standing = GaugeMetricFamily(
            "vedich_watching",
            "What looked wrong when a plan was watched last, by plan and rule.",
            labels=("plan", "rule"),
        )
        for (plan, rule), count in standing_counts(self._store).items():
            standing.add_metric((plan, rule), count)
        yield standing
        deliveries = GaugeMetricFamily(
            "vedich_deliveries", "Deliveries of notices by state.", labels=("state",)
        )
        found = states_of(self._store)
        for state in STATES:
            deliveries.add_metric((state,), found.get(state, 0))
        yield deliveries
