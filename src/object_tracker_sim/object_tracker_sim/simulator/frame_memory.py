"""Where the simulator program draws, shared with clients on this machine."""

from __future__ import annotations

import fcntl
import mmap
import os
import weakref

import numpy as np
from numpy.typing import NDArray


class FrameMemory:
    """Camera images of all arenas, RGB, in a memory file that lives as long as somebody holds it.

    After them is room for the same in half the size, which a client of the program's own may ask it for
    (`object_tracker_agent.ros.direct_line`).

    Attributes:
        descriptor: of the file; closed with this object.
        reader: the same, for reading only.
        frames: what is in it, read-only. Shape: (arenas, height, width, 3).
    """

    def __init__(self, arenas: int, height: int, width: int) -> None:
        whole = arenas * height * width * 3
        size = whole + arenas * (height // 2) * (width // 2) * 3  # as in protocol.hh
        flags = os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING
        self.descriptor = os.memfd_create("object_tracker_frames", flags)
        weakref.finalize(self, os.close, self.descriptor)
        os.ftruncate(self.descriptor, size)
        # Nobody can take the memory away from under another.
        seals = fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_SEAL
        fcntl.fcntl(self.descriptor, fcntl.F_ADD_SEALS, seals)
        self.reader = os.open(f"/proc/self/fd/{self.descriptor}", os.O_RDONLY | os.O_CLOEXEC)
        weakref.finalize(self, os.close, self.reader)
        memory = mmap.mmap(self.descriptor, size, prot=mmap.PROT_READ)
        frames = np.frombuffer(memory, np.uint8, whole)
        self.frames: NDArray[np.uint8] = frames.reshape(arenas, height, width, 3)
