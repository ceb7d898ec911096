"""Sample plans on public figures, shipped with the project.

Each folder is one plan: `plan.yaml`, `observations.csv.gz` and `SOURCE.md`.
`load.py` loads them into a store; `build.py` rebuilds `vietnam-2021` from the
statistics office's workbooks. It never contains an unpublished figure.
"""
