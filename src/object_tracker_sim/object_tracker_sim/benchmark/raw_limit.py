"""The program ``raw_limit``: the raw limit by itself, measured as often as whoever starts it asks for it."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass

from object_tracker_agent.command_line import option, parse
from object_tracker_agent.errors import UserError
from object_tracker_agent.interruption import raise_on_stop
from object_tracker_agent.presets import load_preset
from object_tracker_sim.benchmark.settings import MOST_ARENAS, MOST_STEPS
from object_tracker_sim.benchmark.ways import Raw
from object_tracker_sim.simulator import Simulator, SimulatorSettings, resolve_world

WARM_UP = 20
"""Batched steps before anything is measured."""


@dataclass(frozen=True)
class RawLimitSettings:
    """Let one simulator step and render by itself, for each number of batched steps on standard input.

    Answers each line with a line of JSON: steps, and the seconds they took. The first line, when it is ready,
    has 0 steps. Ends with its input.
    """

    arenas: int = option(f"arenas, 1 to {MOST_ARENAS}", 8)
    world: str = option("name of a world, or path of a world file; the preset's if not given", "")
    preset: str = option("name of a preset, or path of a preset file", "approach")

    def __post_init__(self) -> None:
        """Raise `UserError` for what is out of range."""
        if not 1 <= self.arenas <= MOST_ARENAS:
            raise UserError(f"--arenas must be from 1 to {MOST_ARENAS}, not {self.arenas}")


def main(arguments: list[str]) -> int:
    """Answer until there is no more input."""
    raise_on_stop()
    settings = parse(RawLimitSettings, "raw_limit", arguments)
    preset = load_preset(settings.preset)
    world = resolve_world(settings.world or preset.world)
    camera = preset.observation
    simulator_settings = SimulatorSettings(
        world, arenas=settings.arenas, image_height=camera.camera_height, image_width=camera.camera_width
    )
    with Simulator(simulator_settings) as simulator:
        assert simulator.description is not None
        raw = Raw([simulator], preset, round(preset.task.step_time / simulator.description.physics_step))
        raw.run(WARM_UP)
        _answer(0, 0.0)
        for line in sys.stdin:
            steps = _steps(line)
            _answer(steps, raw.run(steps))
    return 0


def _steps(line: str) -> int:
    text = line.strip()
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_STEPS):
        raise UserError(f"'{text}' is no number of batched steps from 1 to {MOST_STEPS}")
    return int(text)


def _answer(steps: int, seconds: float) -> None:
    print(json.dumps({"steps": steps, "seconds": seconds}), flush=True)
