"""Fragments on the wire: what is sound comes through unchanged, everything else is refused."""

from __future__ import annotations

import math
from dataclasses import fields, replace
from random import Random
from typing import Any

import msgpack
import numpy as np
import pytest
from fragments import LAYOUT, sound_fragment
from hypothesis import given, settings
from hypothesis import strategies as st

from object_tracker_agent.training.compression import compress
from object_tracker_agent.training.fragment import Fragment, FragmentError, FragmentLayout
from object_tracker_agent.training.fragment_codec import FORMAT, decode, encode, pack

MESSAGE = encode(sound_fragment(), LAYOUT)
PACKED = pack(sound_fragment(), LAYOUT)  # before it is compressed


def packed(changes: dict[Any, object]) -> bytes:
    values = {**msgpack.unpackb(PACKED), **changes}
    return compress(msgpack.packb({name: value for name, value in values.items() if value is not ...}))


def where(*last: float) -> bytes:
    """A fragment's, sound but for what its last step may be."""
    return np.array([[1, -0.3, 2.0]] * 7 + [last], "<f4").tobytes()


def test_the_burger_may_be_anywhere() -> None:
    for sound in ((0, math.pi, 9.0), (0, -math.pi, 0.0), (1, 0.5, 0.2)):
        assert decode(packed({"where": where(*sound)}), LAYOUT).where[-1].tolist() == [*np.float32(sound)]


def test_comes_through_unchanged() -> None:
    sent = sound_fragment()
    received = decode(encode(sent, LAYOUT), LAYOUT)
    for field in fields(Fragment):
        before, after = getattr(sent, field.name), getattr(received, field.name)
        if isinstance(before, np.ndarray):
            np.testing.assert_array_equal(before, after)
            assert before.dtype == after.dtype
        else:
            assert before == after


def test_continuous_actions_come_through_unchanged() -> None:
    layout = replace(LAYOUT, actions=None)
    # a density may be larger than 1, and what a Gaussian draws beyond the action space
    sent = sound_fragment(layout, log_probs=np.full(8, 2.5, np.float32))
    received = decode(encode(sent, layout), layout)
    assert received.actions.dtype == np.float32
    np.testing.assert_array_equal(received.actions, sent.actions)
    assert len(pack(sent, layout)) <= layout.max_bytes


@pytest.mark.parametrize(
    ("layout", "actions", "reason"),
    [
        (replace(LAYOUT, actions=None), np.full((8, 2), np.nan, "<f4"), "actions holds values that are not"),
        (replace(LAYOUT, actions=None), np.zeros((8, 1), "<f4"), "actions is not of 64 bytes"),
    ],
)
def test_continuous_actions_that_are_none(layout: FragmentLayout, actions: np.ndarray, reason: str) -> None:
    with pytest.raises(FragmentError, match=reason):
        decode(packed({"actions": actions.tobytes()}), layout)


def test_is_hardly_larger_than_its_arrays() -> None:
    assert len(PACKED) < LAYOUT.max_bytes
    assert len(PACKED) < 8 * (30 + 8 + 4 * 4 + 3 + 3 * 4) + 700


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"format": FORMAT - 1}, "format"),
        ({"arena": ...}, "unknown keys: arena"),
        ({"extra": 1}, "unknown keys: extra"),
        ({"arena": ..., b"arena": 3}, "unknown keys: arena, b'arena'"),
        ({"worker": "../../etc"}, "worker is not a name"),
        ({"worker": "w" * 65}, "worker is not a name"),
        ({"run_id": 7}, "run_id is not a name"),
        ({"sequence": -1}, "sequence is not a count"),
        ({"sequence": True}, "sequence is not a count"),
        ({"policy_version": 2.0}, "policy_version is not a count"),
        ({"last_value": float("nan")}, "last_value is not finite"),
        ({"last_value": "0"}, "last_value is not a number"),
        ({"observations": b""}, "observations is not of 240 bytes"),
        ({"rewards": [0.0] * 8}, "rewards is not of 32 bytes"),
        ({"rewards": np.full(8, np.inf, "<f4").tobytes()}, "rewards holds values that are not finite"),
        ({"actions": np.full(8, 6, "<i8").tobytes()}, "actions are not all in 0 .. 5"),
        ({"actions": np.full(8, -1, "<i8").tobytes()}, "actions are not all in 0 .. 5"),
        ({"log_probs": np.full(8, 0.5, "<f4").tobytes()}, "log_probs"),
        ({"terminated": b"\x02" * 8}, "terminated holds other than true and false"),
        ({"terminated": b"\x01" * 8}, "both terminated and truncated"),
        ({"episode_starts": bytes(8)}, "episode_starts do not follow"),
        ({"truncation_values": np.ones(8, "<f4").tobytes()}, "nothing was truncated"),
        ({"where": bytes(8 * 2 * 4)}, "where is not of 96 bytes"),
        ({"where": where(np.nan, 0, 0)}, "where holds values that are not finite"),
        ({"where": where(0.5, 0, 0)}, "where is not of ones and zeros"),
        ({"where": where(-1, 0, 0)}, "where is not of ones and zeros"),
        ({"where": where(1, 3.15, 1)}, "bearings"),
        ({"where": where(1, -1e30, 1)}, "bearings"),
        ({"where": where(1, 0, -0.1)}, "distances"),
        ({"episodes": [{}]}, "missing or unknown keys"),
        ({"episodes": "no"}, "not a list"),
        ({"episodes": [msgpack.unpackb(PACKED)["episodes"][0]] * 3}, "more episodes"),
        ({"episodes": [{**msgpack.unpackb(PACKED)["episodes"][0], "length": 0}]}, "length of an episode"),
        (
            {"episodes": [{**msgpack.unpackb(PACKED)["episodes"][0], "reward": float("inf")}]},
            "reward of an episode",
        ),
    ],
)
def test_refuses_with_a_reason(changes: dict[Any, object], reason: str) -> None:
    with pytest.raises(FragmentError, match=reason):
        decode(packed(changes), LAYOUT)


@pytest.mark.parametrize(
    "data", [b"", b"\xc1", b"\x80", b"[]", b"\x93\x01\x02", b"\xdf\xff\xff\xff\xff", b"\x91" * 3000]
)
def test_refuses_what_is_no_fragment(data: bytes) -> None:
    for message in (data, compress(data)):
        with pytest.raises(FragmentError):
            decode(message, LAYOUT)


def test_refuses_what_is_not_compressed() -> None:
    with pytest.raises(FragmentError, match="not one zstd frame"):
        decode(PACKED, LAYOUT)


def test_refuses_what_is_too_large() -> None:
    with pytest.raises(FragmentError, match="are more than"):
        decode(bytes(2 * LAYOUT.max_bytes), LAYOUT)
    with pytest.raises(FragmentError, match="bytes of content are more than"):
        decode(compress(bytes(LAYOUT.max_bytes + 1)), LAYOUT)


def test_refuses_a_fragment_of_another_layout() -> None:
    with pytest.raises(FragmentError, match="observations"):
        decode(MESSAGE, replace(LAYOUT, observation_shape=(3, 6, 5)))
    with pytest.raises(FragmentError):
        decode(MESSAGE, FragmentLayout(4, (1, 6, 5), 6))


def mutated(seed: int) -> bytes:
    """The message with one to six random changes, made before or after it is compressed."""
    random = Random(seed)
    message = bytearray(random.choice([MESSAGE, PACKED]))
    whole = len(message) == len(MESSAGE)
    for _ in range(random.randint(1, 6)):
        place = random.randrange(len(message) + 1)
        match random.choice(["flip", "set", "cut", "insert", "remove", "swap"]):
            case "flip" if place < len(message):
                message[place] ^= 1 << random.randrange(8)
            case "set":
                message[place : place + 1] = random.randbytes(random.randrange(4))
            case "cut" if random.random() < 0.2:
                del message[place:]
            case "insert":
                message[place:place] = random.randbytes(random.randint(1, 20))
            case "remove":
                del message[place : place + random.randint(1, 40)]
            case "swap":
                message = message[place:] + message[:place]
    return bytes(message) if whole else compress(bytes(message))


@settings(max_examples=2000, deadline=None)
@given(st.integers(0, 2**63))
def test_mutated_messages_are_sound_or_refused(seed: int) -> None:
    """Whatever happens to the bytes: a fragment that passes every check comes out, or a FragmentError."""
    try:
        fragment = decode(mutated(seed), LAYOUT)
    except FragmentError:
        return
    fragment.check(LAYOUT)


@settings(max_examples=500, deadline=None)
@given(st.binary(max_size=300))
def test_noise_is_refused(data: bytes) -> None:
    with pytest.raises(FragmentError):
        decode(data, LAYOUT)
