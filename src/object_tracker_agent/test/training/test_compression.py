"""Frames from anybody: what is sound comes back, a bomb takes no memory, the rest is refused."""

from __future__ import annotations

import resource
import struct

import numpy as np
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from object_tracker_agent.training.compression import (
    CompressionError,
    compress,
    decompress,
    largest_frame,
)


@given(st.binary(max_size=5000))
def test_comes_back(data: bytes) -> None:
    assert decompress(compress(data), len(data)) == data


@pytest.mark.parametrize("size", [0, 1, 100, 1000, 200_000, 3_000_000])
def test_noise_still_fits(size: int) -> None:
    noise = np.random.default_rng(1).bytes(size)
    assert len(compress(noise)) <= largest_frame(size)
    assert decompress(compress(noise), size) == noise


def test_pictures_become_smaller() -> None:
    assert len(compress(bytes(300_000))) < 1000


def test_a_bomb_takes_no_memory() -> None:
    """1 GB in 33 kB, honestly declared or not: refused before anything of it is there."""
    bomb = zstandard.compress(bytes(1 << 30), 1)
    assert len(bomb) < 200_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(CompressionError, match="1073741824 bytes of content are more than 300000"):
        decompress(bomb, 300_000)
    assert zstandard.get_frame_parameters(bomb).content_size == 1 << 30
    lying = bytearray(bomb)
    place = bytes(bomb).index(struct.pack("<I", 1 << 30), 4)  # the size stands in the header
    lying[place : place + 4] = struct.pack("<I", 300_000)
    assert zstandard.get_frame_parameters(bytes(lying)).content_size == 300_000
    with pytest.raises(CompressionError):
        decompress(bytes(lying), 300_000)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 8 << 10  # [kB]


def without_size(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_content_size=False).compress(data)


def with_dictionary(data: bytes) -> bytes:
    samples = [bytes([i % 7, i % 5]) * 50 for i in range(200)]
    return zstandard.ZstdCompressor(dict_data=zstandard.train_dictionary(2000, samples)).compress(data)


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (b"", "not one zstd frame"),
        (b"(\xb5/\xfd", "not one zstd frame"),
        (b"no frame at all", "not one zstd frame"),
        (struct.pack("<II", 0x184D2A50, 4) + b"skip", "."),  # a skippable frame has no content
        (struct.pack("<II", 0x184D2A50, 2**31), "."),
        (without_size(b"data" * 50), "does not tell the size"),
        (with_dictionary(b"data" * 50), "made with a dictionary"),
        (compress(b"data" * 50)[:-1], "not one zstd frame"),
        (compress(b"data" * 50) + b"x", "not one zstd frame"),
        (compress(b"a" * 50) + compress(b"b" * 50), "not one zstd frame"),
        (compress(b"data" * 1000), "4000 bytes of content are more than 200"),
        (bytes(5000), "5000 bytes are more than"),
    ],
)
def test_refuses_with_a_reason(frame: bytes, reason: str) -> None:
    with pytest.raises(CompressionError, match=reason):
        decompress(frame, 200)


@given(st.data())
def test_mutated_frames(data: st.DataObject) -> None:
    frame = bytearray(compress(b"some content, repeated content, content" * 4))
    for _ in range(data.draw(st.integers(1, 4))):
        frame[data.draw(st.integers(0, len(frame) - 1))] = data.draw(st.integers(0, 255))
    try:
        assert len(decompress(bytes(frame), 400)) <= 400
    except CompressionError as error:
        assert str(error)  # noqa: PT017 - or nothing is raised, which is right, too
