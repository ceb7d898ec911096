"""The shipped priors: which of them may answer for a year, and reading their files.

Each file of `models/prior/editions` is named by the last month it saw. A forecast of a
year is answered by the newest prior that saw nothing of that year or later. All
but the newest learned from foreign panels alone, so that backtests, weights and
calibration rest on a prior that saw neither the series nor the year.
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
    """The registry, with the prior that may answer for a year; without one before the first."""
    prior = prior_for(year)
    if prior is None:
        return REGISTRY
    candidate = PriorCandidate(prior)
    return {**REGISTRY, candidate.name: candidate}


@cache
def prior_for(year: int) -> AnnualPrior | None:
    """The newest prior that saw no month of `year` or later; None if there is none."""
    fit = [month for month in _shipped() if month < Month(year, 1)]
    return read_prior(_shipped()[max(fit)]) if fit else None


def newest_prior() -> AnnualPrior:
    """The prior that learned from everything."""
    return read_prior(_shipped()[max(_shipped())])


def read_prior(file: Path) -> AnnualPrior:
    """Read a prior file; it holds arrays and cannot run code.

    Raises
    ------
    UnreadableFile
        If it is not such a file.
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
