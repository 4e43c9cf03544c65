"""A film of what the Waffle sees, by Gymnasium's RecordVideo; with a checkpoint, of its policy.

./ws shell -c 'python examples/record_video.py --checkpoint shipped/approach --folder /tmp/film'
"""

import argparse
import pathlib

import gymnasium
from gymnasium.wrappers import RecordVideo

from object_tracker_agent import load_policy

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--checkpoint", help="as in load_policy.py; without it actions are drawn")
parser.add_argument("--folder", default="videos", help="where the film goes")
parser.add_argument("--steps", type=int, default=300, help="at most, of the one episode")
arguments = parser.parse_args()

policy = load_policy(arguments.checkpoint) if arguments.checkpoint else None
env = gymnasium.make(
    "object_tracker_agent:ObjectTracker-v0",
    preset=policy.preset if policy else "approach",
    render_mode="rgb_array",
)
env = RecordVideo(env, arguments.folder, name_prefix="object_tracker", disable_logger=True)
env.action_space.seed(0)
observation, _ = env.reset(seed=0)
for _ in range(arguments.steps):
    action = policy.predict(observation, deterministic=True)[0] if policy else env.action_space.sample()
    observation, _, terminated, truncated, _ = env.step(action)
    if terminated or truncated:
        break
env.close()
for film in sorted(pathlib.Path(arguments.folder).glob("object_tracker*.mp4")):
    print(film)
