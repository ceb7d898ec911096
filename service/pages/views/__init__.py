"""The content of each page: texts and formatted figures, ready to lay out.

It never writes HTML, and reads the database only through the rooms that own the subject.
"""
