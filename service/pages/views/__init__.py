"""What each page shows, in words and figures, ready to be laid out.

It never writes HTML, and never asks the database past the rooms that own the subject.
"""
