"""Forecasts of what is counted or ticked off: completions remaining by a deadline.

It never invents a deadline or a rate that no document or report gives.
"""
