"""A real server and a real headless Chromium.

Both are Debian's (`chromium`, `chromium-driver`); where they are missing the tests
of this folder are skipped. The browser may ask this machine only.
"""

from __future__ import annotations

import base64
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from data.accounts.accounts import add_account
from data.accounts.sessions import log_in
from data.db.store import Store
from data.plans.rows import save_plan
from data.settings import Settings
from data.vintages.rows import add_observations
from experiments.browser import UNDRAWN, answering, chromium as started, found
from service.app import create_app
from service.auth.access import COOKIE
from tests.families import FakeTracker, import_of, train
from tests.homes import Run
from tests.service.pages.crowd import JUNE, crowd_figures, crowd_plan

PASSWORD = "a long password"
WAIT = 60  # seconds for what a slow machine takes long for


@dataclass(frozen=True)
class Served:
    """A running service."""

    address: str
    store: Store
    app: Any


@contextmanager
def serving(home: Path) -> Iterator[Served]:
    """The service on a folder, on a port of its own."""
    settings = Settings(home=home, mlflow_tracking_uri=None)
    store = Store.open(settings.store_url)
    app = create_app(settings, store)
    with answering(app) as address:
        yield Served(address, store, app)
    app.state.vedich.jobs.close()
    store.close()


@pytest.fixture(scope="session")
def served(trained_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The service on a copy of the trained folder."""
    home = tmp_path_factory.mktemp("served") / "home"
    shutil.copytree(trained_home, home)
    with serving(home) as found:
        yield found


@pytest.fixture(scope="module")
def manned(trained_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service with people: accounts named as their roles."""
    home = tmp_path_factory.mktemp("manned") / "home"
    shutil.copytree(trained_home, home)
    with serving(home) as found:
        for role in ("viewer", "entry", "checker", "approver"):
            add_account(found.store, role, role, PASSWORD, "os:root")
        yield found


@pytest.fixture(scope="session")
def crowded(
    trained_home: Path, tmp_path_factory: pytest.TempPathFactory, this_run: Run
) -> Iterator[Served]:
    """The service on two plans, of which `crowd-2018` has as many targets as a province."""

    def make(home: Path) -> None:
        shutil.copytree(trained_home, home, dirs_exist_ok=True)
        settings = Settings(home=home, mlflow_tracking_uri=None)
        store = Store.open(settings.store_url)
        save_plan(store, crowd_plan())
        add_observations(store, "crowd", tuple(crowd_figures()), import_of())
        train(store, settings, "crowd-2018", JUNE, tracker=FakeTracker(), promote=True)
        store.close()

    home = this_run.copy("crowded", make, tmp_path_factory.mktemp("crowded") / "home")
    with serving(home) as found:
        yield found


@pytest.fixture(scope="session")
def serve() -> Callable[[Path], AbstractContextManager[Served]]:
    """Serves a folder, for tests that have one of their own."""
    return serving


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One browser for all tests; skip where there is none."""
    if not found():
        pytest.skip("needs Debian's chromium and chromium-driver")
    downloads = tmp_path_factory.mktemp("downloads")
    with started(tmp_path_factory.mktemp("profile")) as driver:
        driver.execute_cdp_cmd(
            "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(downloads)}
        )
        driver.set_page_load_timeout(2 * WAIT)
        driver.set_script_timeout(2 * WAIT)
        yield Browser(driver, downloads)


class Browser:
    """Actions of a planner in the browser."""

    def __init__(self, driver: Any, downloads: Path) -> None:
        self.driver, self.downloads = driver, downloads

    def open(self, address: str, width: int = 1920, height: int = 1000) -> None:
        """Go to a page in a window of that size, and wait for its charts."""
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
        )
        self.driver.get(address)
        self.settle()

    def enter_as(self, served: Served, name: str) -> None:
        """Be logged in as an account of `manned` from the next page on; as nobody with ''."""
        self.driver.delete_all_cookies()
        if name:
            token = log_in(served.store, name, PASSWORD, "test", datetime.now(UTC)).token
            cookie = {"name": COOKIE, "value": token, "url": served.address}
            self.driver.execute_cdp_cmd("Network.setCookie", cookie)

    def settle(self) -> None:
        """Wait until every chart of the page is drawn or has failed."""
        waiting = f"return document.querySelectorAll('{UNDRAWN}').length"
        self.wait_for(lambda: self.run(waiting) == 0)

    def run(self, script: str, *given: Any) -> Any:
        return self.driver.execute_script(script, *given)

    def find(self, selector: str) -> Any:
        return self.driver.find_element("css selector", selector)

    def all(self, selector: str) -> list[Any]:
        found: list[Any] = self.driver.find_elements("css selector", selector)
        return found

    def text(self, selector: str = "main") -> str:
        """The visible text of an element."""
        return str(self.find(selector).text)

    def follow(self, name: str) -> None:
        """Click the link of that name, and wait for the page it leads to."""
        self.driver.find_element("link text", name).click()
        self.settle()

    def press(self, button: Any) -> None:
        """Press a button that sends a form, and wait for the page that comes then."""
        self.run("document.documentElement.dataset.old = 'yes'")
        button.click()
        # between two pages there is no element at all
        came = "const page = document.documentElement; return page && !page.dataset.old"
        self.wait_for(lambda: self.run(came))
        self.settle()

    def wait_for(self, ready: Any, within: int = WAIT) -> None:
        until = time.monotonic() + within
        while not ready():
            assert time.monotonic() < until, f"not within {within} s: {self.text('body')[:500]}"
            time.sleep(0.05)

    def below(self, element: Any) -> float:
        """Pixels from the top of the page to the lower edge of an element."""
        edge = "return arguments[0].getBoundingClientRect().bottom + window.scrollY"
        return float(self.run(edge, element))

    def sheets(self) -> int:
        """How many sheets the page is printed on, in the page's own size."""
        printed = self.driver.execute_cdp_cmd("Page.printToPDF", {"preferCSSPageSize": True})
        return len(re.findall(rb"/Type /Page\b(?!s)", base64.b64decode(printed["data"])))

    @contextmanager
    def dark(self) -> Iterator[None]:
        """Pages as on a system that is set to dark."""
        self._prefers("dark")
        try:
            yield
        finally:
            self._prefers("light")

    def _prefers(self, scheme: str) -> None:
        feature = {"name": "prefers-color-scheme", "value": scheme}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})

    def messages(self) -> list[str]:
        """Messages in the browser's log since the last call."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def violations(self) -> list[str]:
        """Accessibility violations that axe-core finds on the page."""
        source = files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
        self.run(source)
        found = self.driver.execute_async_script(
            "const done = arguments[0]; axe.run(document).then(r => done(r.violations));"
        )
        return [
            f"{one['id']}: {one['help']}: {[node['html'][:160] for node in one['nodes']][:3]}"
            for one in found
        ]

    def download(self, address: str, name: str) -> bytes:
        """The file that a link downloads under that name."""
        file = self.downloads / name
        file.unlink(missing_ok=True)
        self.run("location.assign(arguments[0])", address)
        self.wait_for(lambda: file.is_file() and not list(self.downloads.glob("*.crdownload")))
        return file.read_bytes()
