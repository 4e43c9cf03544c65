"""Evaluation: seeded trials with the best action, and what they say about a policy."""
