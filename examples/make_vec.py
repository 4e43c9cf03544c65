"""Many environments at once by Gymnasium's vector interface: one Gazebo with as many arenas.

./ws shell -c 'python examples/make_vec.py --num-envs 8'
"""

import argparse
import time

import gymnasium
from gymnasium.wrappers.vector import RecordEpisodeStatistics

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--num-envs", type=int, default=8, help="1 to 16")
parser.add_argument("--steps", type=int, default=100, help="of each environment")
arguments = parser.parse_args()

envs = gymnasium.make_vec("object_tracker_agent:ObjectTracker-v0", num_envs=arguments.num_envs)
envs = RecordEpisodeStatistics(envs)
envs.action_space.seed(0)
observations, infos = envs.reset(seed=0)
begin = time.perf_counter()
for _ in range(arguments.steps):
    # An environment whose episode has ended begins anew by itself in the next step.
    observations, rewards, terminations, truncations, infos = envs.step(envs.action_space.sample())
seconds = time.perf_counter() - begin
print(f"observations {observations.shape}, {arguments.steps * arguments.num_envs / seconds:.0f} steps/s")
envs.close()
