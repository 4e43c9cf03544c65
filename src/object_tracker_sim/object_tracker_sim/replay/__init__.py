"""A fixed sequence of actions played in a fresh simulation: the same in, the same out, bit for bit."""
