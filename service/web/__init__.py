"""What all routes share: conditional responses, problems, templates, assets.

It contains nothing about forecasts.
"""
