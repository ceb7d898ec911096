"""The content of the what-if page: scenarios, side by side or one by one, and projects.

It never computes a scenario and never writes to the register: `service.analysis` and
`service.workflow` do.
"""
