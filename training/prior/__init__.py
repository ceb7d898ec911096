"""Training of the annual prior, and the shipped editions.

Public panels in, a file of arrays out. An edition never forecasts a year that it was
trained on.
"""
