"""Program ``rollout_worker``: plays in the simulation of its ROS domain and sends that to the trainer."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from object_tracker_agent.command_line import option, parse
from object_tracker_agent.errors import UserError
from object_tracker_agent.processes import Stop, die_with_parent, run_main
from object_tracker_agent.training.redis_access import RedisOptions

if TYPE_CHECKING:
    from stable_baselines3.common.vec_env import VecEnv

    from object_tracker_agent.presets import Preset

SIMULATION_LOST = 75  # exit status (EX_TEMPFAIL of sysexits.h): another try may find the simulation again


@dataclass(frozen=True, kw_only=True)
class WorkerArguments(RedisOptions):
    """Play in the simulation of ROS_DOMAIN_ID with a trainer's policy, and send it what happens."""

    worker: str = option("name of this worker, unique in the training")
    arenas: int = option("arenas the simulation must have; 0: as many as it has", 0)
    threads: int = option("of torch", 1)
    ledger: str = option("folder that outlives this process, where the fragments made are counted", "")


def work(arguments: list[str]) -> int:
    die_with_parent()
    options = parse(WorkerArguments, "rollout_worker", arguments)
    access = options.access()
    stop = Stop().install()
    from object_tracker_agent.envs import ObjectTrackerVecEnv
    from object_tracker_agent.policies.threads import use_threads
    from object_tracker_agent.ros import SimulationLost, StepClient, StepRefused
    from object_tracker_agent.simulation import CALL_TIMEOUT
    from object_tracker_agent.training.link import Link
    from object_tracker_agent.training.worker import RolloutWorker

    def join_simulation(preset: Preset, seed: int) -> VecEnv:
        client = StepClient(timeout=CALL_TIMEOUT)
        env = ObjectTrackerVecEnv(client, preset.in_training(), seed=seed)
        if options.arenas not in (0, env.num_envs):
            env.close()
            raise UserError(
                f"the simulation has {env.num_envs} arenas, not {options.arenas}; start both with one number"
            )
        return env

    use_threads(options.threads)
    link = Link(access, stop, ends_with_server=True, patience=options.patience_or_default)
    try:
        ledger = Path(options.ledger) if options.ledger else None
        RolloutWorker(link, options.worker, join_simulation, stop, ledger=ledger).work()
    except (SimulationLost, StepRefused) as error:  # a world node that was started again knows no session
        print(f"error: {error}", file=sys.stderr, flush=True)
        return SIMULATION_LOST
    finally:
        link.close()
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    return run_main(work, arguments)


if __name__ == "__main__":
    sys.exit(main())
