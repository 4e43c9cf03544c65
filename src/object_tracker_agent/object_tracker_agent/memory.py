"""Keeping freed memory for the next who needs as much."""

from __future__ import annotations

import ctypes

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_MMAP_MAX = -1, -3, -4  # malloc.h
SMALL_BLOCK = 32 * 2**20
"""[byte] Blocks below this are taken from the heap; the most that glibc allows as a limit. A minibatch of
`follow_hard` as numbers for the network is 28 MiB, the frames of 16 arenas are 0.9 MiB."""
KEPT = 512 * 2**20
"""[byte] How much freed memory at the top of the heap the process keeps: what it had at its peak anyway."""


def keep_freed_memory(*, of_any_size: bool = False) -> None:
    """Have glibc keep up to `KEPT` of freed memory in this process instead of giving it back at once.

    Args:
        of_any_size: larger blocks than `SMALL_BLOCK`, too. For programs of our own: what lies below a block
            still in use is not given back however much it is.

    With the C library's own settings a large block goes back to the kernel when it is freed and comes again
    page by page. rclpy allocates and frees a reply's frames three times: with 8 arenas 307 page faults and
    0.9 ms of every step, measured. torch does so with all that lies between a network's layers: half a
    million page faults in an update of `follow_hard`, which without them took 1.9 instead of 3.1 s; with a
    stack of 3 pictures, blocks of 44 MB, 1.9 instead of 4.4 s. Does nothing with another C library.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(M_MMAP_THRESHOLD, SMALL_BLOCK)
        mallopt(M_TRIM_THRESHOLD, KEPT)
        if of_any_size:
            mallopt(M_MMAP_MAX, 0)
