"""Attacks on what the service answers over HTTP, on loopback, before and after."""
