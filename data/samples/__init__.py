"""Sample plans on public figures, shipped with the project.

Each folder is one plan: `plan.yaml`, `observations.csv.gz` and `SOURCE.md`.
`load.py` puts them into a store; `build.py` makes `vietnam-2021` again from the
statistics office's workbooks. Never holds a figure that nobody published.
"""
