"""The track record page, and the path of one KPI.

It lays out what `service.track_record` found, and never scores.
"""
