"""What the robots look like."""
