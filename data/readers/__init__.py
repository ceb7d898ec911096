"""Readers of files: one room per layout, and `spreadsheet` for what all layouts share.

A file is opened once (`spreadsheet.workbook`), its layout recognised by its headings
(`layout`), and its figures returned as printed, with sheet and cell, in the forms of
the store. An unreadable file raises one `UnreadableFile` with the place, what was
expected and what was found. A reader never touches the database.
"""
