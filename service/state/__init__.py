"""What the running application holds: settings, store, caches, jobs, metrics.

It never answers a request by itself.
"""
