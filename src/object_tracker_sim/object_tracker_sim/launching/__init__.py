"""What the launch files do: check the arguments, start the processes, and end them all together.

One module per launch file (`world`, `distributed_training`, `rollout`, `evaluation`), and what they share.
"""
