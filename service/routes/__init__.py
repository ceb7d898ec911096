"""HTTP routes: each reads its request, asks one function, and answers."""
