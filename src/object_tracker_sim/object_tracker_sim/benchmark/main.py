"""The command ``ros2 run object_tracker_sim benchmark``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from object_tracker_agent.benchmark.report import check_writable, machine, write
from object_tracker_agent.command_line import parse
from object_tracker_agent.interruption import raise_on_stop
from object_tracker_agent.presets import load_preset
from object_tracker_sim.benchmark.figures import figures, make_console, show
from object_tracker_sim.benchmark.names import ways
from object_tracker_sim.benchmark.progress import Steps
from object_tracker_sim.benchmark.rounds import MOST_ROUNDS
from object_tracker_sim.benchmark.settings import BenchmarkSettings
from object_tracker_sim.simulator import resolve_world

REAL_TIME_STEPS = 25
"""They take a tenth of a second each, and hardly vary."""


def main(arguments: list[str]) -> int:
    """Measure, show, write."""
    raise_on_stop()
    settings = parse(BenchmarkSettings, "benchmark", arguments)
    preset = load_preset(settings.preset)
    world = resolve_world(settings.world or preset.world)
    if settings.json:
        check_writable(Path(settings.json))
    # They bring torch, which takes seconds: not before the arguments are known to be good.
    from object_tracker_sim.benchmark import wall_clock
    from object_tracker_sim.benchmark.measure import measure

    counts = settings.arena_counts()
    rounds = min(MOST_ROUNDS, settings.steps)
    load = os.getloadavg()[0]

    results: dict[str, dict[str, Any]] = {}
    with Steps(1 + len(counts) * rounds * len(ways(settings.two_simulators))) as progress:
        progress.say("one arena in real time")
        in_real_time = wall_clock.steps_per_second(str(world), preset, min(REAL_TIME_STEPS, settings.steps))
        progress.advance()
        for arenas in counts:
            progress.say(f"{arenas} arena{'s' * (arenas > 1)}")
            series = measure(world, preset, arenas, settings.steps, settings.two_simulators, progress.advance)
            results[str(arenas)] = figures(series, arenas, in_real_time)
    show(results, make_console())
    if settings.json:
        report = {
            "world": str(world),
            "preset": preset.name,
            "steps": settings.steps,
            "rounds": rounds,
            "machine": machine(),
            "load_average": load,
            "arenas": results,
        }
        write(Path(settings.json), report)
    return 0
