"""How fast the simulation can be stepped, from the raw limit to the environment that training uses."""
