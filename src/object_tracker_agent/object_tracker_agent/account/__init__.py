"""The account of a training's fragments: what was made, what became of it, and whether that adds up."""
