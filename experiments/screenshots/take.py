"""Take the pictures of the guides again: pages as a planner sees them, in both languages.

    python -m experiments.screenshots.take

Loads both sample plans as they were known at the end of June 2021 into a folder of its own,
trains a model of May and one of June, saves two scenarios, serves it all on a free port of this
machine and photographs `PICTURES` in headless Chromium into `docs/screenshots`. The same
program and packages give the same pictures, but for the day on which a scenario was saved.
Takes some minutes; needs Debian's `chromium` and `chromium-driver`.
"""

from __future__ import annotations

import base64
import json
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from data.db.store import Store
from data.samples.load import ALL, load_sample
from data.settings import Settings
from experiments.browser import UNDRAWN, answering, chromium
from experiments.provenance import write_provenance
from service.app import create_app
from service.texts import LANGUAGES, Lang
from training.retrain import retrain

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "screenshots"
LARGEST = 150_000  # bytes of a picture
LAPTOP, PHONE = (1366, 768), (390, 844)
DAY, BEFORE = date(2021, 6, 30), date(2021, 5, 31)
COUNTRY, PROVINCE = "vietnam-2021", "lang-son-2021"
QUALITY = 75
WAIT = 120.0  # seconds for a page and its charts


@dataclass(frozen=True)
class Picture:
    """A page to photograph.

    Attributes
    ----------
    name : of the file, before '.vi.webp' and '.en.webp'
    page : address, with the place of the language; `{ids}` are the scenarios of that language
    size : of the window, in pixels
    """

    name: str
    page: str
    size: tuple[int, int] = LAPTOP


_TARGET = f"/plans/{COUNTRY}/kpis/investment_nghe_an?lang={{lang}}"
PICTURES = (
    Picture("answer", _TARGET, (1280, 640)),
    Picture("today", f"/plans/{PROVINCE}/today?lang={{lang}}"),
    Picture("plan", f"/plans/{PROVINCE}?lang={{lang}}"),
    Picture("kpi", _TARGET, (1280, 1160)),
    Picture("why", f"/plans/{PROVINCE}/why?lang={{lang}}"),
    Picture("what-if", f"/plans/{PROVINCE}/what-if?lang={{lang}}{{ids}}"),
    Picture("today-phone", f"/plans/{PROVINCE}/today?lang={{lang}}", PHONE),
    Picture("plan-phone", f"/plans/{PROVINCE}?lang={{lang}}", PHONE),
    Picture("kpi-phone", f"/plans/{PROVINCE}/kpis/exports?lang={{lang}}", PHONE),
)
# what somebody supposed: exports across the border in the last quarter, in per cent
SUPPOSED: dict[Lang, tuple[tuple[str, float], ...]] = {
    "vi": (("Thông quan chậm quý IV", -20.0), ("Thêm một ca thông quan quý IV", 15.0)),
    "en": (("Slow clearance, quarter IV", -20.0), ("One more clearance shift, quarter IV", 15.0)),
}


def main() -> None:
    with (
        tempfile.TemporaryDirectory() as home,
        tempfile.TemporaryDirectory() as profile,
        prepared(Path(home)) as address,
        chromium(Path(profile)) as driver,
    ):
        for lang in LANGUAGES:
            ids = "".join(f"&id={number}" for number in suppose(address, lang))
            for one in PICTURES:
                page = address + one.page.format(lang=lang, ids=ids)
                content, name = photograph(driver, page, one), f"{one.name}.{lang}.webp"
                assert len(content) <= LARGEST, f"{name}: {len(content):,} bytes"
                (FOLDER / name).write_bytes(content)
                print(f"{name}: {len(content):,} bytes", flush=True)
    write_provenance(Path(__file__).parent, "python -m experiments.screenshots.take", "selenium")


@contextmanager
def prepared(home: Path) -> Iterator[str]:
    """The service with both sample plans as they stood on `DAY`; its address."""
    settings = Settings(home=home, mlflow_tracking_uri=None)
    store = Store.open(settings.store_url)
    load_sample(store, ALL, until=DAY)
    for plan in (COUNTRY, PROVINCE):
        for day in (BEFORE, DAY):
            retrain(store, settings, plan, day)
    with answering(create_app(settings, store)) as address:
        yield address
    store.close()


def suppose(address: str, lang: Lang) -> Iterator[int]:
    """Save the scenarios of a language; their numbers."""
    months = [f"2021-{month}" for month in (10, 11, 12)]
    for name, value in SUPPOSED[lang]:
        change = {"kpi": "exports", "shape": "percent", "months": months, "value": value}
        asked = {"name": name, "as_of": f"{DAY:%Y-%m}", "changes": [change]}
        request = urllib.request.Request(
            f"{address}/v1/plans/{PROVINCE}/scenarios",
            json.dumps(asked).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=WAIT) as answer:
            yield json.load(answer)["id"]


def photograph(driver: Any, address: str, one: Picture) -> bytes:
    """The page as WebP, once its charts are drawn."""
    width, height = one.size
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    driver.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": True})
    driver.set_page_load_timeout(WAIT)
    driver.get(address)
    until = time.monotonic() + WAIT
    while driver.find_elements("css selector", UNDRAWN):
        assert time.monotonic() < until, f"{address}: not drawn within {WAIT:.0f} s"
        time.sleep(0.1)
    taken = driver.execute_cdp_cmd(
        "Page.captureScreenshot", {"format": "webp", "quality": QUALITY}
    )
    return base64.b64decode(taken["data"])


if __name__ == "__main__":
    main()
