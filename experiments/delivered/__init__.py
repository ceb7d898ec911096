"""How good are the distributions that are delivered: their shape, and their joint order?"""
