"""What is told to people: rules over what was given out, and the channels that carry it.

It never computes a forecast, and never sends what was sent.
"""
