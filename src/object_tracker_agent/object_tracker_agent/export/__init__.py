"""Policies for others: programs that turn checkpoints into other formats."""
