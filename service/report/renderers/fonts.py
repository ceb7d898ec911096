"""The typefaces of documents: TeX Gyre Termes has the widths of Times New Roman.

It is a pinned package with every Vietnamese letter in four faces; Debian's Liberation
Serif lacks some. Charts are set in DejaVu Sans, see `service.charts.fan_chart`.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

SERIF = "TeX Gyre Termes"
OFFICE = "Times New Roman"  # named in Word documents: office computers have it


def serif_folder() -> Path:
    """The folder of its faces in the package, found without importing it (needs rinohtype)."""
    spec = find_spec("rinoh_typeface_texgyretermes")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent
