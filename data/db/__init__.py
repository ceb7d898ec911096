"""The database: connections, tables, migrations, the audit log, the revision.

The only room that opens a connection. It never knows what a plan or a figure means:
queries live in the room of their subject.
"""
