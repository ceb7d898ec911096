"""What the official report says, section by section, from facts and what people entered.

Owns the order I to VI, the annexes and the explanation sheets; `content` joins them.
Never states a probability or a code; a projection only where the department asks for it.
"""
