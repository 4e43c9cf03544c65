"""How many threads torch computes with."""

from __future__ import annotations

import os

import torch


def use_threads(number: int) -> None:
    """Let torch compute with `number` threads; 0: half of the cores, but 1 to 4.

    The other half is for simulations. Small networks gain little from more than 4 (docs/benchmarks.md).
    """
    cores = len(os.sched_getaffinity(0))
    torch.set_num_threads(number or min(4, max(1, cores // 2)))
