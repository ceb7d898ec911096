"""The life of a month and of an official estimate: draft, checked, approved, issued.

Rules, their rows, and the acts of signing. It never changes what was issued.
"""
