"""Static files of pages: our style and scripts, Vega, a typeface.

All are served from this machine. Vega is bundled from the package that also draws the
charts of reports (`vl_convert`), once per version, and cached under `VEDICH_HOME`. The
typeface is DejaVu Sans from its package, so charts look the same in pages and documents.
"""

from __future__ import annotations

import asyncio
import hashlib
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from models.errors import NotFound
from service.charts.fan_chart import font_folder

MEDIA_TYPES: Mapping[str, str] = {
    "page.css": "text/css; charset=utf-8",
    "today.css": "text/css; charset=utf-8",
    "plan.css": "text/css; charset=utf-8",
    "kpi.css": "text/css; charset=utf-8",
    "print.js": "text/javascript; charset=utf-8",
    "why.css": "text/css; charset=utf-8",
    "what_if.css": "text/css; charset=utf-8",
    "reports.css": "text/css; charset=utf-8",
    "signing.css": "text/css; charset=utf-8",
    "manage.css": "text/css; charset=utf-8",
    "table.js": "text/javascript; charset=utf-8",
    "fold.js": "text/javascript; charset=utf-8",
    "charts.js": "text/javascript; charset=utf-8",
    "forms.js": "text/javascript; charset=utf-8",
    "what_if.js": "text/javascript; charset=utf-8",
    "login.js": "text/javascript; charset=utf-8",
    "work.js": "text/javascript; charset=utf-8",
    "vega.js": "text/javascript; charset=utf-8",
    "DejaVuSans.ttf": "font/ttf",
    "DejaVuSans-Bold.ttf": "font/ttf",
}
_EMBED = "window.vegaEmbed = vegaEmbed;"
_BUNDLE = (
    "import sys, vl_convert; "
    "sys.stdout.buffer.write(vl_convert.javascript_bundle(sys.argv[1]).encode())"
)
_bundling = threading.Lock()


_kept: dict[tuple[str, Path], bytes] = {}
_reading = ThreadPoolExecutor(max_workers=1, thread_name_prefix="asset")


async def asset(name: str, home: Path) -> bytes:
    """The content of a static file, read once, in a thread that waits for nothing else.

    Parameters
    ----------
    name : one of `MEDIA_TYPES`
    home : `Settings.home`, which caches the bundle of Vega

    Raises
    ------
    NotFound
        If there is no such file.
    """
    if name not in MEDIA_TYPES:
        raise NotFound(f"expected one of {', '.join(MEDIA_TYPES)}; found '{name}'.")
    key = (name, home)
    if key not in _kept:
        loop = asyncio.get_running_loop()
        _kept[key] = await loop.run_in_executor(_reading, _content, name, home)
    return _kept[key]


def _content(name: str, home: Path) -> bytes:
    if name == "vega.js":
        return vega_script(home)
    if name.endswith(".ttf"):
        return (font_folder() / name).read_bytes()
    return files("service").joinpath(f"pages/static/{name}").read_bytes()


def vega_script(home: Path) -> bytes:
    """Vega, Vega-Lite and Vega-Embed as one script, cached by version.

    Bundled in a process of its own: it takes a second in which no other thread would run.
    """
    file = home / "cache" / f"vega-{_vega_version()}.js"
    with _bundling:  # takes seconds; concurrent requests wait for one bundle
        if not file.is_file():
            file.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=file.parent) as scratch:
                part = Path(scratch) / file.name
                with part.open("wb") as script:
                    command = [sys.executable, "-c", _BUNDLE, _EMBED]
                    subprocess.run(command, stdout=script, check=True)
                part.replace(file)
    return file.read_bytes()


@cache
def address(name: str) -> str:
    """URL of a static file; it changes with the content, so clients may cache it for ever."""
    if name == "vega.js" or name.endswith(".ttf"):
        package = "vl-convert-python" if name == "vega.js" else "rinoh-typeface-dejavusans"
        return f"/static/{name}?v={version(package)}"
    content = files("service").joinpath(f"pages/static/{name}").read_bytes()
    return f"/static/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"


def _vega_version() -> str:
    return version("vl-convert-python")
