"""Where the revision that cumulative figures show belongs: on the latest month, or on all?"""
