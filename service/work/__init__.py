"""Long work: jobs over HTTP, their live progress, the strip on every page, a job's process.

It never decides when a job runs and never knows how its work is done.
"""
