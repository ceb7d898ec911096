"""What all routes share: conditional responses, problems, templates, assets.

It never knows a subject: no forecast, no plan.
"""
