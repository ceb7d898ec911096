"""The content of the signing page: what waits for whom, and what speaks against it.

It never signs: the page's buttons call the routes of the sign-off.
"""
