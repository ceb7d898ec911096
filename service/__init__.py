"""The FastAPI service and the `vedich` command: both call the same functions."""
