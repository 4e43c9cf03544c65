"""The rollout worker: plays with the newest policy and sends what happens."""

from __future__ import annotations

import socket
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from stable_baselines3.common.vec_env import VecEnv

from object_tracker_agent.errors import UserError
from object_tracker_agent.policies import Policy
from object_tracker_agent.presets import Preset
from object_tracker_agent.training.collector import Collector, Identity
from object_tracker_agent.training.figures import LONGEST_TEXT, WorkerFigures
from object_tracker_agent.training.fragment import Episode
from object_tracker_agent.training.fragment_codec import encode
from object_tracker_agent.training.layout import layout_of
from object_tracker_agent.training.link import Link, ServerEnded, Stopped, Waiting
from object_tracker_agent.training.log_lines import episode_line
from object_tracker_agent.training.stopwatch import Stopwatch
from object_tracker_agent.training.worker_end import WorkerEnd

# Makes the environment of a preset and a seed
EnvFactory = Callable[[Preset, int], VecEnv]
TRAINER_SECONDS = 120.0  # how long a trainer may take to come up


class RolloutWorker:
    """One worker's life, from finding the trainer to the training's end."""

    def __init__(
        self,
        link: Link,
        worker: str,
        make_env: EnvFactory,
        stop: Waiting,
        *,
        say: Callable[[str], None] = lambda line: print(line, flush=True),
        trainer_seconds: float = TRAINER_SECONDS,
        ledger: Path | None = None,
    ) -> None:
        self._worker = worker
        self._make_env = make_env
        self._stop = stop
        self._say = say
        self._trainer_seconds = trainer_seconds
        self._end = WorkerEnd(link, worker, stop, ledger)
        self._arenas = 0
        self._steps = 0  # of all arenas together
        self._episodes = 0
        self._fragments = 0  # sent
        self._sent_at = time.monotonic()
        self._version = -1

    def work(self) -> None:
        """Send rounds until the training ends or a stop is asked for.

        Raises UserError: no trainer, Redis away for long, the simulation lost, the name taken by another.
        """
        try:
            self._work()
        except ServerEnded:
            self._say("the training has ended")
        except Stopped:
            pass
        finally:
            self._end.leave()

    def _work(self) -> None:
        message = self._end.wait_for_run(self._trainer_seconds)
        preset = message.load_preset()
        layout, settings = layout_of(preset), preset.algorithm
        quota = settings.steps_per_update // settings.fragment_steps
        incarnation = self._end.register()
        policy = Policy(preset)
        self._take_policy(policy, message.run_id)
        env_seed, action_seed = seeds(message.seed, self._worker, incarnation)
        torch.manual_seed(action_seed)
        env = self._make_env(preset, env_seed)
        self._arenas = env.num_envs
        watch = Stopwatch()
        self._sent_at = time.monotonic()
        try:
            collector = Collector(
                env,
                policy,
                layout,
                Identity(message.run_id, self._worker, incarnation),
                reward_scale=preset.reward.scale,
                on_episode=self._report,
                on_interruption=self._report_interruption,
                go_on=self._go_on,
                watch=watch,
            )
            while (state := self._end.start_round(env.num_envs, quota, message.max_policy_lag)) is not None:
                watch.lap("waiting")
                if state.version != self._version:
                    self._take_policy(policy, message.run_id)
                watch.lap("transport")
                fragments = collector.collect(self._version)
                if not fragments:
                    return
                figures = self._figures(incarnation, len(fragments), layout.steps)
                self._end.send([encode(fragment, layout) for fragment in fragments], watch.seconds, figures)
                watch.lap("transport")
        finally:
            env.close()

    def _take_policy(self, policy: Policy, run_id: str) -> None:
        while (message := self._end.policy()) is None:
            if self._stop.wait(0.1):
                raise Stopped
        if message.run_id != run_id:
            raise UserError("another training has begun in this Redis; start the worker again to join it")
        try:
            policy.load(message.weights)
        except ValueError as error:
            raise UserError(f"the policy in Redis does not fit its preset's network: {error}") from error
        self._version = message.version

    def _figures(self, incarnation: int, fragments: int, steps: int) -> WorkerFigures:
        """Return this worker's figures after another round."""
        self._fragments += fragments
        now, before = time.monotonic(), self._sent_at
        self._sent_at = now
        speed = fragments * steps / max(now - before, 1e-6)
        host = socket.gethostname()[:LONGEST_TEXT]
        return WorkerFigures(incarnation, self._version, self._arenas, self._fragments, speed, host)

    def _go_on(self) -> bool:
        self._end.beat()
        self._steps += self._arenas
        return not self._stop

    def _report(self, arena: int, episode: Episode) -> None:
        self._say(episode_line("Training", self._worker, self._episodes, episode, self._steps, self._version))
        self._episodes += 1

    def _report_interruption(self, reason: str) -> None:
        self._say(f"the simulation was interrupted, which truncates the episodes under way: {reason}")


def seeds(run_seed: int, worker: str, incarnation: int) -> tuple[int, int]:
    """Return the seeds of a worker's environment and of its actions, 0 .. 2^31-1.

    The first life of worker 0 plays the episodes of the run's own seed. Any other worker, and a worker that
    comes back, plays others: equal experience twice would teach nothing.
    """
    number = int(worker) if worker.isdecimal() else zlib.crc32(worker.encode())
    drawn = np.random.SeedSequence([run_seed, number, incarnation]).generate_state(2, np.uint32) >> 1
    own = number == 0 and incarnation == 1
    return (run_seed if own else int(drawn[0])), int(drawn[1])
