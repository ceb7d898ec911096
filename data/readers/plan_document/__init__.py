"""Plan documents, YAML and XLSX, read and written.

Every problem is reported at its line or cell, all in one go. It never saves a plan.
"""
