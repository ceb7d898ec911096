"""Bundles: everything one retraining learned, written, read, and which one answers.

JSON and arrays with a format version. It never keeps a pickled class.
"""
