"""Keeping the memory of one reply for the next."""

from __future__ import annotations

import subprocess
import sys
import textwrap

CODE = textwrap.dedent(
    """
    import resource, sys
    from object_tracker_agent.memory import keep_freed_memory
    if sys.argv[1] == "keep":
        keep_freed_memory()

    def faults():
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        for _ in range(100):
            blocks = [bytearray(b"x") * 460_000 for _ in range(3)]
            del blocks
        return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before

    faults()
    print(faults())
    """
)


def page_faults(how: str) -> int:
    out = subprocess.run([sys.executable, "-c", CODE, how], capture_output=True, text=True, check=True)
    return int(out.stdout)


def test_large_blocks_are_used_again() -> None:
    assert page_faults("plain") > 5000
    assert page_faults("keep") < 500
