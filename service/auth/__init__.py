"""Authentication and roles: one dependency for every route.

It never stores accounts: `data.accounts` does.
"""
