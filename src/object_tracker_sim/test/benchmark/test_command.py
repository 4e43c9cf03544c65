"""The command as it is installed."""

from __future__ import annotations

import json
import math
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ament_index_python.packages import get_package_prefix

pytestmark = pytest.mark.integration


def benchmark(*arguments: object) -> subprocess.CompletedProcess[str]:
    program = Path(get_package_prefix("object_tracker_sim")) / "lib/object_tracker_sim/benchmark"
    return subprocess.run(
        [str(program), *map(str, arguments)], capture_output=True, text=True, timeout=200, check=False
    )


def numbers(value: Any) -> list[float]:
    if isinstance(value, dict):
        return [number for part in value.values() for number in numbers(part)]
    return [value]


def test_figures_for_each_number_of_arenas(tmp_path: Path):
    path = tmp_path / "figures.json"
    result = benchmark("--arenas", "1,2", "--steps", 10, "--two-simulators", "--json", path)
    assert result.returncode == 0, result.stderr
    assert "env-steps/s" in result.stdout
    assert "2 arenas" in result.stderr.splitlines()  # no terminal: plain lines
    report = json.loads(path.read_text())
    assert list(report["arenas"]) == ["1", "2"]
    for arenas, figures in report["arenas"].items():
        for way in ("raw", "ros", "env", "wallclock", "socket", "local", "two_raw"):
            assert figures[f"{way}_steps_per_s"] > 0
        assert all(math.isfinite(number) for number in numbers(figures))
        ms = figures["milliseconds"]
        assert ms["physics"] > 0
        assert ms["rendering"] > 0
        total = ms.pop("total")
        assert sum(ms.values()) == pytest.approx(total)
        assert figures["env_steps_per_s"] == pytest.approx(1e3 * int(arenas) / total)
        # A tenth of a second is slept in each step: nothing makes it faster than that.
        assert figures["wallclock_steps_per_s"] <= 10.0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--arenas", "0"], "'0' is no number from 1 to 16"),
        (["--arenas", "17"], "'17' is no number from 1 to 16"),
        (["--arenas", "x"], "'x' is no number from 1 to 16"),
        (["--steps", "-3"], "--steps must be from 1"),
        (["--steps", "many"], "--steps"),
        (
            ["--json", "/nowhere/figures.json"],
            "cannot write /nowhere/figures.json: No such",
        ),
        (["--json", "/proc/figures.json"], "cannot write /proc/figures.json"),
        (["--json", "/"], "cannot write /"),
        (["--world", "nowhere"], "nowhere"),
        (["--preset", "none"], "none"),
    ],
)
def test_bad_arguments_are_told_in_a_line(arguments: list[str], said: str):
    result = benchmark(*arguments)
    assert result.returncode != 0
    assert result.stdout == ""
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    assert said in result.stderr


def test_asking_for_a_file_leaves_none_behind_when_it_fails(tmp_path: Path):
    path = tmp_path / "figures.json"
    assert benchmark("--json", path, "--world", "nowhere").returncode != 0
    assert not path.exists()
