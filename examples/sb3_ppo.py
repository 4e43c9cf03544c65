"""Stable-Baselines3 by itself: PPO("CnnPolicy", …).learn(…) on all arenas of one simulation.

    ./ws shell -c 'python examples/sb3_ppo.py --steps 50000 --output my_ppo.zip'

This is SB3's usual loop in one process. The distributed training of this workspace learns the same from the
same experience, and survives what may happen on the way:

    ./ws ros2 launch object_tracker_sim distributed_training.launch.py
"""

import argparse

from stable_baselines3 import PPO
from stable_baselines3.common.evaluation import evaluate_policy

from object_tracker_agent import make_vec_env

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--preset", default="approach", help="name of a preset, or path of a preset file")
parser.add_argument("--arenas", type=int, default=8, help="1 to 16")
parser.add_argument("--steps", type=int, default=50_000)
parser.add_argument("--n-steps", type=int, default=128, help="of each arena per update")
parser.add_argument("--trials", type=int, default=8, help="episodes of the evaluation in the end")
parser.add_argument("--output", help="where SB3 saves the model")
arguments = parser.parse_args()

env = make_vec_env(arguments.preset, arguments.arenas, seed=0)
model = PPO(
    "CnnPolicy", env, n_steps=arguments.n_steps, batch_size=256, n_epochs=4, ent_coef=0.005, seed=0, verbose=1
)
model.learn(arguments.steps)
if arguments.trials:
    rewards, _ = evaluate_policy(model, env, n_eval_episodes=arguments.trials, warn=False)
    print(f"mean reward of {arguments.trials} episodes: {rewards:.2f}")
if arguments.output:
    model.save(arguments.output)
env.close()
