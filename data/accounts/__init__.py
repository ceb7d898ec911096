"""Accounts, sessions and keys: who may use the service.

Passwords, tokens and keys are stored as hashes only. It never decides which routes a role
may use: `service.auth` does.
"""
