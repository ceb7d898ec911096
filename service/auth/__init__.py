"""Who asks, and what they may do.

One dependency for every route. It never keeps accounts: `data.accounts` does.
"""
