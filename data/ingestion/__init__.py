"""Files of figures on their way into the store: reading, preview, matching, commit, undo.

The one way in for page, API and command line. It never stores a file partly, and never
changes a figure that is stored: a revision is a new one.
"""
