"""How the forecast carries over to panels that it never saw."""
