"""A planner's own Word template: what it may print, and where it runs.

Templates run in a sandbox. It never lets one reach the program.
"""
