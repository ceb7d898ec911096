"""Shared by all readers: files, sheets, cells, numbers, months, old encodings.

It refuses files that are unsafe to open. It never knows a layout.
"""
