"""Mutated fragments: each is refused with a reason, or is sound; nothing else ever happens."""

from __future__ import annotations

import msgpack
import pytest
from fragments import LAYOUT, RUN_ID, sound_fragment
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from object_tracker_agent.training.compression import compress
from object_tracker_agent.training.fragment import FragmentError
from object_tracker_agent.training.fragment_codec import decode, encode, pack
from object_tracker_agent.training.intake import DROPPED, Intake

SOUND = encode(sound_fragment(), LAYOUT)
PACKED = pack(sound_fragment(), LAYOUT)  # before it is compressed
FIELDS = msgpack.unpackb(PACKED)
SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats() | st.text(max_size=70)
VALUES = st.recursive(
    SCALARS | st.binary(max_size=300),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@st.composite
def flipped(draw: st.DrawFn) -> bytes:
    """The sound message, compressed or before, with up to eight bytes changed, perhaps cut or continued."""
    inner = draw(st.booleans())
    data = bytearray(PACKED if inner else SOUND)
    for _ in range(draw(st.integers(1, 8))):
        data[draw(st.integers(0, len(data) - 1))] = draw(st.integers(0, 255))
    end = draw(st.just(len(data)) | st.integers(0, len(data)))
    message = bytes(data[:end]) + draw(st.just(b"") | st.binary(max_size=40))
    return compress(message) if inner else message


@st.composite
def changed(draw: st.DrawFn) -> bytes:
    """The sound message with a field exchanged, removed or added."""
    fields = dict(FIELDS)
    name = draw(st.sampled_from(sorted(fields)) | st.text(max_size=10))
    if draw(st.integers(0, 9)) == 0:
        fields.pop(name, None)
    else:
        old = fields.get(name)
        same_size = st.binary(min_size=len(old), max_size=len(old)) if isinstance(old, bytes) else VALUES
        fields[name] = draw(VALUES | same_size)
    return compress(msgpack.packb(fields))


def check(data: bytes) -> None:
    """Assert that a message is refused for a reason, or is a fragment that passes every check."""
    intake = Intake(RUN_ID, LAYOUT, 1)
    try:
        fragment = decode(data, LAYOUT)
    except FragmentError as error:
        assert str(error)  # noqa: PT017 - or nothing is raised, which is right, too
        assert not intake.offer(data, 4)
        assert intake.dropped() == {"malformed": 1}
        return
    fragment.check(LAYOUT)
    taken = intake.offer(data, 4)
    assert taken == (not intake.dropped())
    assert set(intake.dropped()) <= set(DROPPED)


@given(flipped() | changed() | VALUES.map(msgpack.packb).map(compress) | st.binary(max_size=2000))
@settings(max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck), database=None)
def test_mutated_fragments(data: bytes) -> None:
    check(data)


@pytest.mark.long
@given(flipped() | changed() | VALUES.map(msgpack.packb).map(compress) | st.binary(max_size=2000))
@settings(max_examples=10_000, deadline=None, suppress_health_check=list(HealthCheck), database=None)
def test_ten_thousand_mutated_fragments(data: bytes) -> None:
    check(data)
