"""Training: rollout workers make fragments, the trainer learns from them with SB3's PPO, Redis is between."""
