"""What moves a series besides its own course: events, Tết, levers of a what-if.

It never decides whether an event counts: planners do.
"""
