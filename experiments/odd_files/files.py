"""The 200 odd files, each with its expected outcome."""

from __future__ import annotations

import random

from experiments.odd_files.damaged import damaged_files
from experiments.odd_files.outcome import OddFile
from experiments.odd_files.written import written_files

SEED = 20210615


def odd_files(seed: int = SEED) -> list[OddFile]:
    """All files in a fixed order; `seed` decides where damage is done."""
    files = [*damaged_files(random.Random(seed)), *written_files()]
    names = [file.name for file in files]
    assert len(set(names)) == len(names), "each file needs a name of its own"
    return files
