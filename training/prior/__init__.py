"""Training of the annual prior, and the shipped editions.

Public panels in, one file of arrays out. It never lets an edition answer for a year that
it was trained on.
"""
