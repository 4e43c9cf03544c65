"""A long run that looks for what only shows in long runs: growth, leftovers, resets that are not exact."""
