"""The command `vedich`: the same functions as the routes, for a terminal.

Libraries load when a command needs them. It never computes anything a route does not.
"""
