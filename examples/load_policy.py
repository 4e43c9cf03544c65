"""A checkpoint of this workspace in code of one's own, by Stable-Baselines3's ``predict``.

./ws shell -c 'python examples/load_policy.py --checkpoint shipped/approach --trials 20'
"""

import argparse

from stable_baselines3.common.evaluation import evaluate_policy

from object_tracker_agent import load_policy, make_vec_env

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--checkpoint", required=True, help="a run folder, latest, shipped/approach …")
parser.add_argument("--trials", type=int, default=20)
parser.add_argument("--arenas", type=int, default=4, help="1 to 16")
arguments = parser.parse_args()

policy = load_policy(arguments.checkpoint)
env = make_vec_env(policy.preset, arguments.arenas, seed=1)
rewards, lengths = evaluate_policy(
    policy, env, n_eval_episodes=arguments.trials, return_episode_rewards=True, warn=False
)
env.close()
for number, (reward, length) in enumerate(zip(rewards, lengths, strict=True)):
    print(f"trial {number}: reward {reward:.2f} in {length} steps")
