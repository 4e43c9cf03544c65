"""A task of one's own for the object tracker: a reward and a motion of the Burger."""
