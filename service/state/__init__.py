"""State of the running service: settings, store, caches, jobs, metrics.

It never answers requests.
"""
