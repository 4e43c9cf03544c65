"""The command as it is installed: a short run always, the full one with ``-m long``."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from ament_index_python.packages import get_package_prefix


def soak(*arguments: object, timeout: float) -> subprocess.CompletedProcess[str]:
    program = Path(get_package_prefix("object_tracker_sim")) / "lib/object_tracker_sim/soak"
    return subprocess.run(
        [str(program), *map(str, arguments)], capture_output=True, text=True, timeout=timeout, check=False
    )


@pytest.mark.integration
def test_a_short_run():
    result = soak("--steps", 4000, "--arenas", 4, "--episode-steps", 20, "--fresh-starts", 2, timeout=200)
    assert result.returncode == 0, result.stderr
    endured, gone, fresh = result.stdout.splitlines()
    assert endured.startswith("4,000 steps with 204 resets")
    assert gone.startswith("nothing left of ")
    assert fresh.startswith("2 fresh starts replayed the same: sha256 ")


@pytest.mark.integration
def test_bad_arguments_are_told_in_a_line():
    result = soak("--steps", 5, timeout=60)
    assert result.returncode != 0
    assert result.stdout == ""
    assert result.stderr == "error: --steps must be from 1000 to 1000000000, not 5\n"


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_a_million_steps_ten_thousand_resets_ten_fresh_starts():
    result = soak(timeout=7000)
    assert result.returncode == 0, result.stderr
    endured, _, fresh = result.stdout.splitlines()
    assert endured.startswith("1,000,000 steps with 10,")
    assert fresh.startswith("10 fresh starts replayed the same")
