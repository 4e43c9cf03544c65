"""One environment by Gymnasium's own interface: drive with random actions, see what it pays.

./ws shell -c 'python examples/gymnasium_make.py --preset follow --steps 100'
"""

import argparse

import gymnasium

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--preset", default="approach", help="name of a preset, or path of a preset file")
parser.add_argument("--steps", type=int, default=200)
arguments = parser.parse_args()

# The part before the colon lets Gymnasium import the package that registers the environment.
env = gymnasium.make("object_tracker_agent:ObjectTracker-v0", preset=arguments.preset)
print(f"actions {env.action_space}, observations {env.observation_space}")
env.action_space.seed(0)
observation, info = env.reset(seed=0)
episodes, total = 0, 0.0
for _ in range(arguments.steps):
    observation, reward, terminated, truncated, info = env.step(env.action_space.sample())
    total += float(reward)
    if terminated or truncated:
        episodes += 1
        observation, info = env.reset()
env.close()  # ends the simulation
print(
    f"{arguments.steps} steps, {episodes} episodes ended, reward {total:.2f}, {info['distance']:.2f} m away"
)
