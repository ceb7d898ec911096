"""The first page: how a plan, or every plan of the house, stands today, and what is waiting.

It owns what a reader must know in ten seconds and the lines of targets that other pages
share. It never computes a forecast and never writes.
"""
