"""How a training and workers of other machines find each other: by its Redis, or by an S3 prefix."""
