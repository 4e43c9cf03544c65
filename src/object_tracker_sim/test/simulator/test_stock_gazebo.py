"""Worlds and models are ordinary SDF: a stock gzserver loads them unchanged."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from object_tracker_agent.processes import tied
from object_tracker_sim.simulator import resolve_world
from object_tracker_sim.simulator.display import Display
from object_tracker_sim.simulator.gazebo_environment import GazeboEnvironment

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def environment() -> GazeboEnvironment:
    found = GazeboEnvironment()
    if not found.programs["gzserver"] or not found.programs["gz"]:
        pytest.skip("this Gazebo came without gzserver or gz")
    return found


@pytest.fixture(scope="module")
def variables(environment: GazeboEnvironment, tmp_path_factory) -> Iterator[dict[str, str]]:
    folder = tmp_path_factory.mktemp("gazebo")
    display = Display(folder / "xvfb.log")
    yield environment.variables(folder, display.name)
    display.close()


@pytest.mark.parametrize(
    "file",
    [
        "models/waffle_pi/model.sdf",
        "models/burger/model.sdf",
        "models/busy_ground/model.sdf",
        "worlds/empty.world",
        "worlds/arena.world",
        "worlds/textured.world",
    ],
)
def test_sdf_is_valid(environment: GazeboEnvironment, variables: dict[str, str], file: str) -> None:
    path = resolve_world("empty").parents[1] / file
    result = subprocess.run(
        [environment.programs["gz"], "sdf", "--check", str(path)],
        env=variables,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "Check complete" in result.stdout


def test_stock_gzserver_loads_the_world(
    environment: GazeboEnvironment, variables: dict[str, str], tmp_path: Path
) -> None:
    log = tmp_path / "gzserver.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            tied([environment.programs["gzserver"], "--verbose", str(resolve_world("empty"))]),
            env=variables,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        poses = {}
        deadline = time.monotonic() + 60
        while len(poses) < 2 and time.monotonic() < deadline:
            assert server.poll() is None, log.read_text()
            for model in ("waffle_pi", "burger"):
                asked = subprocess.run(
                    [environment.programs["gz"], "model", "-m", model, "-p"],
                    env=variables,
                    capture_output=True,
                    text=True,
                    timeout=30,
                )
                if asked.returncode == 0 and len(asked.stdout.split()) == 6:
                    poses[model] = [float(value) for value in asked.stdout.split()]
        assert poses == {"waffle_pi": [0.0] * 6, "burger": [3.5, 0, 0, 0, 0, 0]}, log.read_text()
        # A note on ALSA or the network is none of ours; an error about our files is.
        assert "[Err]" not in log.read_text()
    finally:
        server.kill()
        server.wait()
