"""A planner's own Word template: its fields, and the sandbox it runs in.

A template never reaches the program.
"""
