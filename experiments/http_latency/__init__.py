"""How long a warm projection over HTTP takes at a steady rate of requests."""
