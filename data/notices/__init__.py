"""Notices in the database: what is told, by which rules of a plan, and what was sent to whom.

It decides nothing and never sends.
"""
