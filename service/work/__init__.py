"""Long work as people see it: jobs over HTTP, their live progress, the strip on every page.

It never runs a job and never decides when one runs.
"""
