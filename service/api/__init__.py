"""The routes under /v1: each reads its request, calls one function, and answers.

It never computes: the rooms of the subjects do.
"""
