"""How accuracy falls with one, two and three years of history."""
