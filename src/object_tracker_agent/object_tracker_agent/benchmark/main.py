"""The command ``ros2 run object_tracker_agent benchmark``."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from object_tracker_agent.benchmark.figures import figures, make_console, show
from object_tracker_agent.benchmark.measure import measure
from object_tracker_agent.benchmark.raw_limit import RawLimit
from object_tracker_agent.benchmark.report import check_writable, machine, write
from object_tracker_agent.benchmark.settings import BenchmarkSettings
from object_tracker_agent.benchmark.training_loop import TrainingLoop
from object_tracker_agent.command_line import parse
from object_tracker_agent.interruption import raise_on_stop
from object_tracker_agent.presets import load_preset
from object_tracker_agent.processes import run_main


def benchmark(arguments: list[str]) -> int:
    """Measure, show, write."""
    raise_on_stop()
    settings = parse(BenchmarkSettings, "benchmark", arguments)
    preset = load_preset(settings.preset)
    if settings.json:
        check_writable(Path(settings.json))
    load = os.getloadavg()[0]

    say("starting redis-server, trainer, simulation, rollout worker, and a simulator for the raw limit")
    arenas = settings.arenas or preset.training.arenas
    with (
        RawLimit(settings.preset, arenas, preset.world) as raw,
        TrainingLoop(settings.preset, arenas) as loop,
    ):
        result = figures(measure(loop, raw, settings.updates, say))
    show(result, make_console())
    if settings.json:
        report = {
            "preset": preset.name,
            "world": preset.world,
            "arenas": arenas,
            "updates": settings.updates,
            "steps_per_update": preset.algorithm.steps_per_update,
            "max_policy_lag": preset.algorithm.max_policy_lag,
            "machine": machine(),
            "load_average": load,
            **result,
        }
        write(Path(settings.json), report)
    return 0


def say(line: str) -> None:
    """Say on standard error what comes now."""
    print(line, file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    return run_main(benchmark, arguments)


if __name__ == "__main__":
    sys.exit(main())
