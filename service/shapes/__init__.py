"""The shapes of the HTTP interface, and real answers as its examples.

It never computes.
"""
