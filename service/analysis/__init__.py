"""Analysis of projections: changes, contributions, scenarios, history, reliability, track record.

It explains projections and never changes one.
"""
