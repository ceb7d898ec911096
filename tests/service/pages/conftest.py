"""A real server and a real headless Chromium.

Both are Debian's (`chromium`, `chromium-driver`); where they are missing the tests
of this folder are skipped. The browser may ask this machine only.
"""

from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from data.db.store import Store
from data.settings import Settings
from service.app import create_app

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--window-size=1920,1200",
)
WAIT = 60  # seconds for what a slow machine takes long for


@dataclass(frozen=True)
class Served:
    """A running service."""

    address: str
    store: Store
    app: Any


@pytest.fixture(scope="session")
def served(trained_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The service on a copy of the trained folder, on a port of its own."""
    yield from serving(trained_home, tmp_path_factory.mktemp("served") / "home")


def serving(made: Path, home: Path) -> Iterator[Served]:
    """The service on a copy of a folder, until the test is over."""
    shutil.copytree(made, home)
    settings = Settings(home=home, mlflow_tracking_uri=None)
    store = Store.open(settings.store_url)
    app = create_app(settings, store)
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = listening.getsockname()[1]
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.05)
        yield Served(f"http://127.0.0.1:{port}", store, app)
        server.should_exit = True
        thread.join(10)
    app.state.vedich.jobs.close()
    store.close()


@pytest.fixture(scope="session")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One browser for all tests; skip where there is none."""
    browser, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (browser and driver):
        pytest.skip("needs Debian's chromium and chromium-driver")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    os.environ["SE_OFFLINE"] = "true"  # the driver is here; nothing is to be fetched
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    downloads = tmp_path_factory.mktemp("downloads")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    found = webdriver.Chrome(options=options, service=Service(driver))
    found.execute_cdp_cmd(
        "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(downloads)}
    )
    found.set_page_load_timeout(2 * WAIT)
    found.set_script_timeout(2 * WAIT)
    yield Browser(found, downloads)
    found.quit()


class Browser:
    """Actions of a planner in the browser."""

    def __init__(self, driver: Any, downloads: Path) -> None:
        self.driver, self.downloads = driver, downloads

    def open(self, address: str, width: int = 1920) -> None:
        """Go to a page in a window of that width, and wait for its charts."""
        self.driver.execute_cdp_cmd(
            "Emulation.setDeviceMetricsOverride",
            {"width": width, "height": 1000, "deviceScaleFactor": 1, "mobile": False},
        )
        self.driver.get(address)
        self.settle()

    def settle(self) -> None:
        """Wait until every chart of the page is drawn or has failed."""
        waiting = "return document.querySelectorAll('figure[data-spec]:not([data-drawn])').length"
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
