"""What is read of the steps that a client makes by itself, whatever the writer is doing."""

from __future__ import annotations

import os
import struct

from object_tracker_sim.simulator.record import Record

ENTRY_BYTES = 3384


def write(record: Record, count: int, step: int, state: bytes) -> None:
    """Write as the program does: the entry first, then the count."""
    entry = struct.pack("<QQqQ", 7, step, 2_500_000_000, len(state)) + state
    os.pwrite(record.descriptor, entry, 8 + count % 2 * ENTRY_BYTES)
    os.pwrite(record.descriptor, struct.pack("<Q", count), 0)


def test_nothing_yet() -> None:
    assert Record().read() is None


def test_the_last_step_is_read() -> None:
    record = Record()
    for count in range(1, 5):
        write(record, count, 10 + count, (1000 * count).to_bytes(8, "little") + b"poses")
        done = record.read()
        assert done is not None
        assert (done.session, done.step, done.ended, done.time_ns) == (7, 10 + count, 2.5, 1000 * count)
        assert done.state[8:] == b"poses"


def test_an_entry_that_is_begun_does_not_count() -> None:
    """The program was killed while it wrote the next one."""
    record = Record()
    write(record, 1, 1, bytes(8))
    os.pwrite(record.descriptor, b"\xff" * 1000, 8)  # entry 2 is entry 0
    done = record.read()
    assert done is not None
    assert done.step == 1
