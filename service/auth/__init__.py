"""Authentication: one dependency for every route, which says who asks and with what access.

It never stores accounts (`data.accounts` does) and never decides rights (`service.rights` does).
"""
