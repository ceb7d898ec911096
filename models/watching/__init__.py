"""Whether something is wrong with the figures of a KPI, or with what was forecast of it.

Rules with false-alarm rates that were measured (experiments/watching) or follow from theory.
It reads no store and writes no sentence, and never changes a figure.
"""
