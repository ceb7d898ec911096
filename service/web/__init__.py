"""What all routes share: conditional answers, problems, templates, assets.

It never knows a subject.
"""
