"""Long work in the database: who asked for it, its state, progress and log, who runs it.

It never starts a process and never knows what a kind of job does.
"""
