"""Logs and spans that say what they belong to: request, job, import, plan, projection.

It never says who a person is, and never fails what it watches.
"""
