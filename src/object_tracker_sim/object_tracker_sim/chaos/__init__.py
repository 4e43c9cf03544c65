"""A training whose parts are killed at random moments, and what is found when it is over."""
