"""What travels through Redis is checked when it is read."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from fragments import RUN_ID
from redis_ends import policy

from object_tracker_agent.training.messages import MessageError, PolicyMessage, RunMessage, State


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{}",
        b"[]",
        b"nul",
        b'{"run_id": 1}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"format": 1, "run_id": "x"}',
    ],
)
def test_messages_that_are_none(data: bytes) -> None:
    with pytest.raises(MessageError):
        RunMessage.from_bytes(data)
    with pytest.raises(MessageError):
        PolicyMessage.from_bytes(data)


@pytest.mark.parametrize(
    "change",
    [
        {"run_id": "x"}, {"seed": -1}, {"seed": 2**31}, {"seed": True}, {"total_steps": 0}, {"world": ""},
        {"world": "a\nb"}, {"world": 3}, {"arenas": 0}, {"arenas": 17}, {"max_policy_lag": 10**9},
        {"preset": []}, {"more": 1}, {"format": 2}, {"world": "x" * 5000},
    ],
    ids=str,
)  # fmt: skip
def test_a_run_out_of_range_is_refused(change: dict[str, Any]) -> None:
    message = RunMessage(RUN_ID, 3, 1000, {}, 1, "empty", 4)
    assert RunMessage.from_bytes(message.to_bytes()) == message
    with pytest.raises(MessageError):
        RunMessage.from_bytes(json.dumps(json.loads(message.to_bytes()) | change).encode())


@pytest.mark.parametrize(
    "change",
    [
        {b"status": b"odd"}, {b"status": b"\xff"}, {b"version": b"-1"}, {b"version": b"9" * 17},
        {b"training": b"2"}, {b"held": b"1e3"}, {b"held": b""}, {b"version": "\u0663".encode()},
    ],
    ids=str,
)  # fmt: skip
def test_a_state_that_is_none_is_refused(change: dict[bytes, bytes]) -> None:
    good = {b"status": b"running", b"version": b"3", b"training": b"1", b"held": b"-4"}
    assert State.from_hash(good) == State("running", 3, True, -4)
    with pytest.raises(MessageError):
        State.from_hash(good | change)
    with pytest.raises(MessageError):
        State.from_hash({})


def test_a_damaged_policy_is_refused() -> None:
    good = policy(3).to_bytes()
    assert PolicyMessage.from_bytes(good).version == 3
    for place in range(0, len(good)):
        changed = bytearray(good)
        changed[place] ^= 0x10
        try:
            found = PolicyMessage.from_bytes(bytes(changed))
        except MessageError:
            continue
        # Only the run's id and the version have no checksum of their own
        np.testing.assert_array_equal(found.weights["w"], np.full(3, 3, np.float32))
