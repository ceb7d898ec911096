"""Bundles: the result of a retraining, written, read, and which bundle is in use.

JSON and arrays with a format version. It never stores a pickled class.
"""
