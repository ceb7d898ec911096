"""What work belongs to: nested, and kept apart between threads and tasks."""

from __future__ import annotations

import asyncio
import threading

from data.telemetry.context import belongs_to, ids, within


def test_blocks_nest_and_end() -> None:
    with within({"job": "one"}):
        with within({"plan": "a-2021", "job": "two"}):
            assert ids() == {"job": "two", "plan": "a-2021"}
        assert ids() == {"job": "one"}
    assert ids() == {}


def test_threads_and_tasks_do_not_see_each_other() -> None:
    seen: list[dict[str, str]] = []
    with within({"job": "one"}):
        thread = threading.Thread(target=lambda: seen.append(dict(ids())))
        thread.start()
        thread.join()
    assert seen == [{}]

    async def one(name: str) -> dict[str, str]:
        belongs_to({"request": name})
        await asyncio.sleep(0)
        return dict(ids())

    async def both() -> list[dict[str, str]]:
        return list(await asyncio.gather(one("a"), one("b")))

    assert asyncio.run(both()) == [{"request": "a"}, {"request": "b"}]
    assert ids() == {}
