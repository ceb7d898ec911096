"""Accounts, keys and bodies over HTTP, for administrators of a body.

It never stores accounts (`data.accounts` does) and never decides rights (`service.rights` does).
"""
