"""How long 10,000 projections by the annual prior take."""
