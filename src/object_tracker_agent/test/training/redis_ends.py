"""Both ends of the transport, as tests make them."""

from __future__ import annotations

import contextlib
import threading
from typing import Any

import numpy as np
from fragments import LAYOUT, RUN_ID, sound_fragment

from object_tracker_agent.presets import load_preset
from object_tracker_agent.processes import Stop
from object_tracker_agent.training.fragment_codec import encode
from object_tracker_agent.training.link import Link, Stopped
from object_tracker_agent.training.messages import PolicyMessage, RunMessage, State
from object_tracker_agent.training.trainer_end import TrainerEnd
from object_tracker_agent.training.worker_end import WorkerEnd

QUOTA, ARENAS = 4, 2
Server = Any


def policy(version: int) -> PolicyMessage:
    return PolicyMessage(RUN_ID, version, {"w": np.full(3, version, np.float32)})


def trainer_end(
    server: Server, stop: Any, run_id: str = RUN_ID, consumed: dict[str, int] | None = None
) -> TrainerEnd:
    preset = load_preset("approach").to_dict()
    end = TrainerEnd(Link(server.url, stop, patience=5), RunMessage(run_id, 3, 1000, preset, 1))
    end.open(policy(0), consumed or {})
    return end


def worker_end(server: Server, stop: Any, worker: str = "0") -> WorkerEnd:
    end = WorkerEnd(Link(server.url, stop, patience=5), worker, stop)
    end.register()
    return end


def messages(first: int, number: int = ARENAS, version: int = 0, **changes: Any) -> list[bytes]:
    return [
        encode(sound_fragment(sequence=first + i, policy_version=version, **changes), LAYOUT)
        for i in range(number)
    ]


def in_time(end: WorkerEnd, stop: Stop, max_lag: int = 1) -> State | None:
    """Return what start_round says, None if it is still waiting after a moment."""
    answers: list[State | None] = []

    def ask() -> None:
        with contextlib.suppress(Stopped):
            answers.append(end.start_round(ARENAS, QUOTA, max_lag))

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join(0.4)
    stop.request()
    thread.join()
    stop._event.clear()
    return answers[0] if answers else None
