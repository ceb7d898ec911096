"""The routes under /v1: each reads its request, asks one function, and answers.

It never computes: subjects do, in rooms of their own.
"""
