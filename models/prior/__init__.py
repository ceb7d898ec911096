"""The annual prior: features of a year in progress, networks and trees, editions.

Evaluated here, trained in `training.prior`. It never opens a file: the caller passes the arrays.
"""
