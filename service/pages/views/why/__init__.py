"""The content of the why page: what moved each forecast, and what each component contributed.

It never computes a change or a contribution: `service.analysis` does.
"""
