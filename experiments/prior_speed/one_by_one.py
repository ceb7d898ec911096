"""Time 200 projections one by one, and fingerprint their digits; run by `against`."""

from __future__ import annotations

import hashlib
import json

import numpy as np
from threadpoolctl import threadpool_limits

from experiments.prior_speed.run import COMPARED, LEVELS, questions, timed
from models.prior.annual import annual_quantiles
from training.prior.editions import newest_prior


def main() -> None:
    prior = newest_prior()
    asked = list(questions())
    asked = asked[:: len(asked) // COMPARED][:COMPARED]  # all series, all months of the year

    def ask() -> None:
        found[:] = [annual_quantiles(prior, [values], [known], LEVELS) for values, known in asked]

    found: list[np.ndarray] = []
    with threadpool_limits(1):
        ask()
        _, cpu = timed(ask)
    digits = hashlib.sha256(np.concatenate(found).tobytes()).hexdigest()
    print(json.dumps({"ms_each": 1000 * cpu / len(asked), "digits": digits}))


if __name__ == "__main__":
    main()
