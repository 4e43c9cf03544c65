"""Keeping the memory of one reply for the next."""

from __future__ import annotations

import subprocess
import sys
import textwrap

import pytest

CODE = textwrap.dedent(
    """
    import resource, sys
    from object_tracker_agent.memory import keep_freed_memory
    if sys.argv[1] != "plain":
        keep_freed_memory(of_any_size=sys.argv[1] == "all")

    size, number = int(sys.argv[2]), int(sys.argv[3])

    def faults():
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        for _ in range(100 if size < 2**20 else 5):
            blocks = [bytearray(b"x") * size for _ in range(number)]
            del blocks
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

    faults()
    print(faults())
    """
)


def page_faults(how: str, size: int, number: int) -> int:
    command = [sys.executable, "-c", CODE, how, str(size), str(number)]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


# The frames of a reply; what lies between the layers of a network in an update
@pytest.mark.parametrize(("size", "number"), [(460_000, 3), (20 * 2**20, 6)])
def test_large_blocks_are_used_again(size: int, number: int) -> None:
    assert page_faults("plain", size, number) > 5000
    assert page_faults("keep", size, number) < 500


def test_and_still_larger_ones_if_that_is_wanted() -> None:
    size, number = 50 * 2**20, 3
    assert page_faults("keep", size, number) > 5000
    assert page_faults("all", size, number) < 500
