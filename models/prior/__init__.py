"""The annual prior: features of a year in progress, its networks and trees, its editions.

Evaluated here, trained in `training.prior`. It never opens a file: editions are handed in.
"""
