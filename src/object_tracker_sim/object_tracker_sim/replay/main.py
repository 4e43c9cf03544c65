"""The command ``ros2 run object_tracker_sim replay``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from object_tracker_agent.command_line import option, parse
from object_tracker_agent.envs.actions import action_table
from object_tracker_agent.errors import UserError
from object_tracker_agent.interruption import raise_on_stop
from object_tracker_agent.presets import Preset, load_preset
from object_tracker_agent.simulation import OwnSimulation
from object_tracker_sim.replay.actions import draw_actions, read_actions
from object_tracker_sim.replay.play import play
from object_tracker_sim.replay.recording import Recording
from object_tracker_sim.simulator import resolve_world

MOST_STEPS = 1_000_000


@dataclass(frozen=True)
class ReplaySettings:
    """Play a fixed sequence of actions in a fresh simulation and print one line.

    The line holds the SHA-256 over all images, stamps and poses of arena 0, and its last poses. The same seed
    and actions print the same line, however many arenas there are.
    """

    seed: int = option("of the run: start poses, and the actions unless they come from a file", 0)
    steps: int = option("actions to play", 200)
    arenas: int = option("arenas in the simulation, 1 to 16; the others get actions of their own", 1)
    actions: str = option("text file with arena 0's actions instead of drawn ones: a number per line", "")
    world: str = option("name of a world, or path of a world file; the preset's if not given", "")
    preset: str = option("name of a preset, or path of a preset file", "approach")

    def __post_init__(self) -> None:
        """Raise `UserError` for what is out of range."""
        for name, low, high in (("seed", 0, 2**63 - 1), ("steps", 0, MOST_STEPS), ("arenas", 1, 16)):
            if not low <= getattr(self, name) <= high:
                raise UserError(f"--{name} must be from {low} to {high}, not {getattr(self, name)}")


def main(arguments: list[str]) -> int:
    """Play and print."""
    raise_on_stop()
    settings = parse(ReplaySettings, "replay", arguments)
    preset = load_preset(settings.preset)
    world = resolve_world(settings.world or preset.world)
    actions = all_actions(settings, len(action_table(preset)))
    recording, episodes = replay(str(world), preset, settings.seed, actions)
    print(line(recording, settings.steps, episodes), flush=True)
    return 0


def all_actions(settings: ReplaySettings, choices: int) -> NDArray[np.int64]:
    """Return the actions of every arena, each with a sequence of its own. Shape: (steps, arenas)

    Raises:
        UserError: the file of actions cannot be used, or holds too few.
    """
    steps = settings.steps
    columns = [draw_actions(settings.seed, arena, steps, choices) for arena in range(settings.arenas)]
    if settings.actions:
        path = Path(settings.actions)
        read = read_actions(path, choices)
        if len(read) < steps:
            raise UserError(f"{path} holds {len(read)} actions, too few: give more, or --steps {len(read)}")
        columns[0] = read[:steps]
    return np.stack(columns, axis=1)


def replay(world: str, preset: Preset, seed: int, actions: NDArray[np.int64]) -> tuple[Recording, int]:
    """Play `actions`, shape (steps, arenas), in a simulation of one's own; see `play`."""
    observation = preset.observation
    with (
        OwnSimulation(
            world,
            actions.shape[1],
            image_height=observation.camera_height,
            image_width=observation.camera_width,
        ) as simulation,
        simulation.connect() as client,
    ):
        return play(client, preset, seed, actions)


def line(recording: Recording, steps: int, episodes: int) -> str:
    """Return a recording as one line, without anything that must not matter."""

    def numbers(pose: NDArray[np.float64]) -> str:
        return " ".join(repr(float(value)) for value in pose)

    return (
        f"sha256 {recording.digest()} steps {steps} episodes {episodes}"
        f" waffle {numbers(recording.waffle_pose)} burger {numbers(recording.burger_pose)}"
    )
