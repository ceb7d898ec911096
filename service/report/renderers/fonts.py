"""The typefaces of documents: TeX Gyre Termes has the widths of Times New Roman.

It comes as a pinned package and has every Vietnamese letter in four faces, which
Debian's Liberation Serif has not. Charts are set in DejaVu Sans, see `service.charts.fan_chart`.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

SERIF = "TeX Gyre Termes"
OFFICE = "Times New Roman"  # what a Word document names: office computers have it


def serif_folder() -> Path:
    """Where the package keeps its faces; found without importing it (it needs rinohtype)."""
    spec = find_spec("rinoh_typeface_texgyretermes")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent
