"""The steps that a client made by itself, as the program notes them in shared memory: see record.hh."""

from __future__ import annotations

import mmap
import os
import struct
import weakref
from dataclasses import dataclass

_COUNT = struct.Struct("<Q")  # of entries written; the last one is entry `count % 2`
_ENTRY = struct.Struct("<QQqQ")  # session, step, when it ended [ns, monotonic clock], bytes of the state
_ENTRY_BYTES = 3384
_SIZE = _COUNT.size + 2 * _ENTRY_BYTES
_TRIES = 100


@dataclass(frozen=True)
class Done:
    """The last step that a client made by itself."""

    session: int
    step: int
    ended: float
    """[s] of `time.monotonic`."""
    state: bytes
    """As the body of a STATE message."""

    @property
    def time_ns(self) -> int:
        """Simulated time [ns] that it led to."""
        return int.from_bytes(self.state[:8], "little", signed=True)


class Record:
    """A memory file that the program writes; it can be read at any time, also when the program has ended.

    Attributes:
        descriptor: of the file, to be inherited by the program; closed with this object.
    """

    def __init__(self) -> None:
        self.descriptor = os.memfd_create("object_tracker_record", os.MFD_CLOEXEC)
        weakref.finalize(self, os.close, self.descriptor)
        os.ftruncate(self.descriptor, _SIZE)
        self._memory = mmap.mmap(self.descriptor, _SIZE, prot=mmap.PROT_READ)

    def read(self) -> Done | None:
        """Return the last step; None if there has been none."""
        for _ in range(_TRIES):
            (count,) = _COUNT.unpack_from(self._memory)
            if count == 0:
                return None
            start = _COUNT.size + count % 2 * _ENTRY_BYTES
            entry = self._memory[start : start + _ENTRY_BYTES]
            if _COUNT.unpack_from(self._memory)[0] == count:  # else the next step ended meanwhile
                session, step, ended, size = _ENTRY.unpack_from(entry)
                return Done(session, step, 1e-9 * ended, entry[_ENTRY.size : _ENTRY.size + size])
        raise AssertionError("the simulator cannot make steps faster than they are read")
