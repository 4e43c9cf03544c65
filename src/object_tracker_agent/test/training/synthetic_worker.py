"""A rollout worker as a process of its own, on the synthetic environment instead of a simulation."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

import torch
from stable_baselines3.common.vec_env import VecEnv
from synthetic_env import make_env

from object_tracker_agent.command_line import option, parse
from object_tracker_agent.presets import Preset
from object_tracker_agent.processes import Stop, die_with_parent, run_main
from object_tracker_agent.training.link import Link
from object_tracker_agent.training.redis_access import RedisOptions
from object_tracker_agent.training.worker import RolloutWorker


@dataclass(frozen=True, kw_only=True)
class Arguments(RedisOptions):
    """Play the synthetic environment."""

    worker: str = option("name")
    arenas: int = option("how many", 2)
    ledger: str = option("folder", "")


def work(arguments: list[str]) -> int:
    die_with_parent()
    torch.set_num_threads(1)
    options = parse(Arguments, "synthetic_worker", arguments)
    stop = Stop().install()
    link = Link(options.access(), stop, ends_with_server=True)

    def environment(preset: Preset, seed: int) -> VecEnv:
        return make_env(preset, seed, options.arenas)

    ledger = Path(options.ledger) if options.ledger else None
    RolloutWorker(link, options.worker, environment, stop, ledger=ledger).work()
    return 0


if __name__ == "__main__":
    sys.exit(run_main(work))
