"""The shapes of the HTTP interface, with recorded responses as its examples.

It never computes.
"""
