"""How often a national total lies inside the interval of a sum over provinces."""
