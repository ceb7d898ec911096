"""Accounts, sessions and keys: who may use the service.

Passwords, tokens and keys are kept as hashes only. It never decides what a role may do
with a route: `service.auth` does.
"""
