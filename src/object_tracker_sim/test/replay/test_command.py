"""The command as it is installed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from ament_index_python.packages import get_package_prefix

pytestmark = pytest.mark.integration

# Five steps make an episode, so that new starts are part of the recording.
PRESET = """
name: short
world: arena
task: {max_steps: 5}
actions:
  - {linear: 0.1, angular: 0.6}
  - {linear: 0.1, angular: -0.6}
  - {linear: 0.22, angular: 0.0}
observation: {camera_height: 60, camera_width: 80}
"""
ACTIONS = [0, 2, 1, 1, 2, 2, 0, 0, 1, 2, 0, 1]


def replay(*arguments: object) -> subprocess.CompletedProcess[str]:
    program = Path(get_package_prefix("object_tracker_sim")) / "lib/object_tracker_sim/replay"
    return subprocess.run(
        [str(program), *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture(scope="module")
def preset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("replay") / "short.yaml"
    path.write_text(PRESET)
    return path


def write_actions(path: Path, actions: list[int]) -> Path:
    path.write_text("".join(f"{action}\n" for action in actions))
    return path


def test_the_line_depends_on_seed_actions_and_world_and_on_nothing_else(preset: Path, tmp_path: Path):
    def line(*arguments: object, world: object = "empty") -> str:
        result = replay("--preset", preset, "--steps", len(ACTIONS), "--world", world, *arguments)
        assert result.returncode == 0, result.stderr
        assert result.stdout.count("\n") == 1
        return result.stdout

    world = Path(__file__).parents[2] / "worlds" / "empty.world"
    darker = tmp_path / "darker.world"
    darker.write_text(world.read_text().replace("<ambient>0.5 0.5 0.5 1", "<ambient>0.4 0.4 0.4 1"))
    assert darker.read_text() != world.read_text()
    given = write_actions(tmp_path / "given", ACTIONS)
    other = write_actions(tmp_path / "other", [*ACTIONS[:-1], 2])

    drawn = line("--seed", 4)
    assert "steps 12 episodes 3 " in drawn
    assert line("--seed", 4) == drawn
    assert line("--seed", 4, "--arenas", 3) == drawn
    assert line("--seed", 5) != drawn

    from_file = line("--seed", 4, "--actions", given)
    assert from_file != drawn
    assert line("--seed", 4, "--actions", given, "--arenas", 2) == from_file
    assert line("--seed", 4, "--actions", other) != from_file
    assert line("--seed", 4, "--actions", given, world=darker) != from_file
    assert line("--seed", 4, "--actions", given, world=world) == from_file  # its path is not its looks


def test_the_world_is_the_presets_if_not_given(preset: Path):
    short = ("--preset", preset, "--steps", 2)
    told = replay(*short).stdout
    assert told.startswith("sha256 ")
    assert told == replay(*short, "--world", "arena").stdout != replay(*short, "--world", "empty").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--steps", "-1"], "--steps must be from 0"),
        (["--arenas", "17"], "--arenas must be from 1 to 16, not 17"),
        (["--arenas", "x"], "--arenas"),
        (["--seed", "-3"], "--seed must be from 0"),
        (["--world", "emty"], "did you mean 'empty'?"),
        (["--preset", "aproach"], "approach"),
        (["--actions", "/nowhere/actions"], "cannot read the actions in /nowhere/actions"),
        (["--speed", "2"], "--speed"),
    ],
)
def test_bad_arguments_are_told_in_a_line(arguments: list[str], said: str):
    result = replay(*arguments)
    assert result.returncode != 0
    assert result.stdout == ""
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    assert said in result.stderr
