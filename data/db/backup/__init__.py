"""A house in one file and back: tables at one moment, and the files of the home.

Owns the archive, its manifest and hashes, and how rows are written and read. Never
restores over anything that is there, and never knows what a row means.
"""
