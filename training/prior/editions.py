"""The shipped editions of the prior: which may forecast a year, and reading their files.

Each file of `models/prior/editions` is named by the last month of its training data. A
year is forecast by the newest prior trained on earlier years only. All but the newest
were trained on foreign panels alone, so that backtests, weights and calibration use a
prior that saw neither the series nor the year.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np

import models
from models.candidates import REGISTRY
from models.candidates.annual_prior import PriorCandidate
from models.candidates.base import Candidate
from models.errors import UnreadableFile
from models.prior.annual import AnnualPrior
from models.series import Month

FOLDER = Path(models.__file__).parent / "prior" / "editions"


def candidates_for(year: int) -> Mapping[str, Candidate]:
    """The registry, with the prior for a year if there is one."""
    prior = prior_for(year)
    if prior is None:
        return REGISTRY
    candidate = PriorCandidate(prior)
    return {**REGISTRY, candidate.name: candidate}


@cache
def prior_for(year: int) -> AnnualPrior | None:
    """The newest prior trained on months before `year`, or None."""
    file = edition_of(year)
    return read_prior(file) if file else None


def edition_of(year: int) -> Path | None:
    """The file of the prior for a year, or None."""
    fit = [month for month in _shipped() if month < Month(year, 1)]
    return _shipped()[max(fit)] if fit else None


def newest_prior() -> AnnualPrior:
    """The newest edition."""
    return read_prior(_shipped()[max(_shipped())])


def read_prior(file: Path) -> AnnualPrior:
    """Read a prior file; it has arrays only and cannot run code.

    Raises
    ------
    UnreadableFile
        If it is not a prior file.
    """
    try:
        with np.load(file, allow_pickle=False) as stored:
            return AnnualPrior.from_arrays({name: stored[name] for name in stored.files})
    except (OSError, ValueError, KeyError) as error:
        raise UnreadableFile(
            file.name,
            expected="the arrays of an annual prior",
            found=f"{error}",
            advice="Train one with python -m training.prior.pretrain.",
        ) from error


@cache
def _shipped() -> Mapping[Month, Path]:
    return {Month.parse(file.stem): file for file in FOLDER.glob("*.npz")}
