"""Pure forecasting: series in, projections out.

Owns candidates, the ensemble, the annual distribution and the attainment of
targets. Never opens a file, a socket or a database, never reads the clock and
keeps no global state: data, randomness and dates come in as arguments.
Start reading at `models/pipeline.py`.
"""
