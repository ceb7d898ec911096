"""Rights: what a caller may do with the families of a body; one pure rule, and whose an object is.

It never identifies a caller and never answers a request: `service.auth` asks it.
"""
