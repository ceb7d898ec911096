"""Attacks on a service of one's own on loopback, bounded, each with before and after."""
