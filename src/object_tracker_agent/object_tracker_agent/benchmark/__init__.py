"""How fast the training loop is, where its time goes, and how near that is to the simulator's limit."""
