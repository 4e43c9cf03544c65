"""Evaluation: seeded trials with the best action, and what they say about a policy."""

POLICY, SCRIPTED, RANDOM = "policy", "scripted", "random"
DRIVERS = (POLICY, SCRIPTED, RANDOM)
"""Who may drive in trials, see `evaluation.drivers`."""
