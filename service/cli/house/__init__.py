"""Commands about the house itself: its backup, its audit log, what it keeps.

Never about a figure: those are the commands beside this room.
"""
