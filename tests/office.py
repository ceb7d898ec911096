"""A service with an account for every role and a key for every scope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx

from data.accounts.sessions import log_in
from data.db.store import Store
from data.plans.rows import load_plan
from data.sign_off.rows import sign_off
from data.sign_off.rules import STATES, State, figures_of
from data.sign_off.signing import enter_estimate, return_month, sign_estimate, sign_month
from models.series import Month
from service.auth.access import COOKIE

HERE = "http://127.0.0.1"  # what the client asks, so what its pages' Origin is
PLAN, JUNE, UNIT = "demo-2018", Month(2018, 6), "thousand tonnes"


@dataclass
class Office:
    """The service, and who may ask it: accounts named as their roles, keys as their scopes."""

    client: Any
    store: Store
    keys: dict[str, str]
    password: str = "a long password"

    def headers(self, who: str) -> dict[str, str]:
        """What a request by 'anonymous', an account or 'key:NAME' carries."""
        if who == "anonymous":
            return {}
        if who.startswith("key:"):
            return {"Authorization": f"Bearer {self.keys[who.removeprefix('key:')]}"}
        token = log_in(self.store, who, self.password, "test", datetime.now(UTC)).token
        return {"Cookie": f"{COOKIE}={token}", "Origin": HERE}

    def ask(self, who: str, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {**self.headers(who), **options.pop("headers", {})}
        answer: httpx.Response = self.client.request(method, path, headers=headers, **options)
        return answer

    # what other people did meanwhile, straight in the store

    def enter(self, value: float, kpi: str = "coal", by: str = "os:author") -> int:
        """An estimate as a draft; its id."""
        plan = load_plan(self.store, PLAN)
        held = enter_estimate(self.store, plan, JUNE, kpi, value, UNIT, "a reason", by)
        return held.newest(kpi).id

    def bring_estimate(self, to: State, value: float, kpi: str = "coal") -> int:
        """A new estimate, brought to a state; its id."""
        number, plan = self.enter(value, kpi), load_plan(self.store, PLAN)
        for state in STATES[1 : STATES.index(to) + 1]:
            sign_estimate(self.store, plan, JUNE, kpi, number, state, "os:second")
        return number

    def bring_month(self, to: State) -> str:
        """The month, brought to a state from the beginning; its figures."""
        plan, stamps = load_plan(self.store, PLAN), self.stamps()
        held = sign_off(self.store, PLAN, JUNE)
        if held.state != "draft":
            return_month(self.store, plan, JUNE, "os:second", "again")
        figures = figures_of(stamps, held.current)
        for state in STATES[1 : STATES.index(to) + 1]:
            sign_month(self.store, plan, JUNE, stamps, figures, state, "os:second")
        return figures

    def stamps(self) -> dict[str, str]:
        """Of June's projections as they are now, entered into the ledger."""
        app_state = self.client.app.state.vedich
        issued = app_state.give_out(PLAN, app_state.day_of(PLAN, str(JUNE)))
        return {one.view.kpi: one.stamp for one in issued}
