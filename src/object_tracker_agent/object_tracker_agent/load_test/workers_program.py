"""Program of the load test: many synthetic rollout workers in one process, a thread each."""

from __future__ import annotations

import contextlib
import json
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from object_tracker_agent.command_line import option, parse
from object_tracker_agent.errors import UserError
from object_tracker_agent.load_test.pictures import made_up
from object_tracker_agent.processes import Stop, die_with_parent, run_main
from object_tracker_agent.training.fragment import Fragment, FragmentLayout
from object_tracker_agent.training.fragment_codec import encode
from object_tracker_agent.training.layout import layout_of
from object_tracker_agent.training.link import Link, Stopped
from object_tracker_agent.training.messages import RunMessage
from object_tracker_agent.training.redis_access import RedisOptions
from object_tracker_agent.training.worker_end import WorkerEnd

TRAINER_SECONDS = 120.0  # how long the trainer may take to come up
VARIETY = 4  # different fragments, made once


@dataclass(frozen=True, kw_only=True)
class WorkersArguments(RedisOptions):
    """Send fragments as `number` rollout workers until SIGTERM; then write what was sent to `output`."""

    first: int = option("name of the first worker, a number")
    number: int = option("how many")
    arenas: int = option("of each")
    rate: float = option("steps/s of each; 0: as many as it can")
    pictures: str = option("rendered or noise")
    policies: bool = option("fetch and read each new policy", False)
    output: str = option("file to write to")


class SyntheticWorker:
    """One worker: a rollout worker's way through Redis, without environment and policy."""

    def __init__(self, name: str, options: WorkersArguments, link: Link, stop: Stop) -> None:
        self.sent: list[tuple[str, int, int, float]] = []  # worker, first sequence, how many, when [s]
        self.sizes: list[int] = []  # of the first round's messages [byte]
        self._name = name
        self._options = options
        self._stop = stop
        self._end = WorkerEnd(link, name, stop)

    def work(self, message: RunMessage, layout: FragmentLayout, pool: Sequence[Fragment]) -> None:
        """Send rounds until a stop is asked for. Raises UserError, Stopped."""
        options, settings = self._options, message.load_preset().algorithm
        quota = settings.steps_per_update // settings.fragment_steps
        life, sequence, version, due = self._end.register(), 0, -1, time.monotonic()
        while (state := self._end.start_round(options.arenas, quota, message.max_policy_lag)) is not None:
            if options.policies and state.version != version:
                self._end.policy()
            version = state.version
            if options.rate:
                due = max(due, time.monotonic() - 1.0) + options.arenas * layout.steps / options.rate
                if self._stop.wait(max(0.0, due - time.monotonic())):
                    break
            messages = [
                encode(
                    replace(
                        pool[(sequence + arena) % len(pool)],
                        run_id=message.run_id,
                        worker=self._name,
                        incarnation=life,
                        sequence=sequence + arena,
                        arena=arena,
                        policy_version=version,
                    ),
                    layout,
                )
                for arena in range(options.arenas)
            ]
            self.sizes = self.sizes or [len(data) for data in messages]
            self.sent.append((self._name, sequence, len(messages), time.monotonic()))
            self._end.send(messages)
            sequence += len(messages)
            if self._stop:
                break
        self._end.leave()


def work(arguments: list[str]) -> int:
    die_with_parent()
    options = parse(WorkersArguments, "load_test_workers", arguments)
    access, stop = options.access(), Stop().install()
    links = [Link(access, stop) for _ in range(options.number)]
    workers = [
        SyntheticWorker(str(options.first + index), options, link, stop) for index, link in enumerate(links)
    ]
    errors: list[BaseException] = []
    with contextlib.suppress(Stopped):
        message = WorkerEnd(links[0], str(options.first), stop).wait_for_run(TRAINER_SECONDS)
        layout = layout_of(message.load_preset())
        pool = [made_up(layout, options.pictures, seed) for seed in range(VARIETY)]

        def one(worker: SyntheticWorker) -> None:
            try:
                worker.work(message, layout, pool)
            except Stopped:
                pass
            except BaseException as error:
                errors.append(error)
                stop.request()

        threads = [threading.Thread(target=one, args=(worker,)) for worker in workers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    if errors:
        raise errors[0] if isinstance(errors[0], UserError) else UserError(f"a worker failed: {errors[0]!r}")
    result: dict[str, Any] = {
        "sent": [entry for worker in workers for entry in worker.sent],
        "sizes": [size for worker in workers for size in worker.sizes],
    }
    Path(options.output).write_text(json.dumps(result))
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    return run_main(work, arguments)


if __name__ == "__main__":
    sys.exit(main())
