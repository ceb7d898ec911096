"""Pure forecasting: series in, projections out. Start reading at `models/pipeline.py`.

The modules here lead from a series to the year's distribution; rooms: `candidates`,
`prior` (the annual prior), `disaggregation`, `events`, `targets`, `tasks`. Never opens a
file, a socket or a database, never reads the clock and keeps no global state: data,
randomness and dates come in as arguments.
"""
