"""Word templates that try to take the machine."""
