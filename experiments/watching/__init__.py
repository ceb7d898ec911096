"""How often the rules that watch figures speak up, with and without a fault."""
