"""How large and how tangled the house is, counted."""
