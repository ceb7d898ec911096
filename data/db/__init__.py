"""The database: its door, its tables, its migrations, the audit log, the revision.

The only room that opens a connection. It never knows what a plan or a figure means:
what is read and written over its connections stands with its subject.
"""
