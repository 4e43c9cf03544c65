"""Experiments: trainings of one setting with several seeds, and how soon each plays well."""
