"""Files that people send, read: one room per layout, one for what every layout is read with.

A file is opened once (`spreadsheet.workbook`), its layout told by its headings
(`layout`), and its figures returned as printed, with sheet and cell, in the forms
that the store keeps. What cannot be read is one `UnreadableFile` that says where,
what was expected and what was found. A reader never touches the database.
"""
