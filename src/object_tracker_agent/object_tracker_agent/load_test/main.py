"""The command ``ros2 run object_tracker_agent load_test``."""

from __future__ import annotations

import math
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from object_tracker_agent.benchmark.report import check_writable, machine, write
from object_tracker_agent.command_line import parse
from object_tracker_agent.interruption import raise_on_stop
from object_tracker_agent.load_test.figures import figures, show
from object_tracker_agent.load_test.settings import LoadTestSettings
from object_tracker_agent.load_test.stage import Stage
from object_tracker_agent.presets import load_preset
from object_tracker_agent.processes import run_main
from object_tracker_agent.training.layout import layout_of

WIDTH = 160  # [characters] where nobody looks


def load_test(arguments: list[str]) -> int:
    """Measure, show, write."""
    raise_on_stop()
    settings = parse(LoadTestSettings, "load_test", arguments)
    preset = load_preset(settings.preset)
    if settings.json:
        check_writable(Path(settings.json))
    layout, load = layout_of(preset), os.getloadavg()[0]
    raw = sum(math.prod(shape) * kind.itemsize for shape, kind in layout.arrays.values())
    results: list[dict[str, Any]] = []
    report = {
        "preset": preset.name,
        "arenas": settings.arenas or preset.training.arenas,
        "observation_shape": layout.observation_shape,
        "pictures": settings.pictures,
        "rate": settings.rate,
        "seconds": settings.seconds,
        "steps_per_update": preset.algorithm.steps_per_update,
        "machine": machine(),
        "load_average": load,
        "results": results,
    }
    try:
        for workers in settings.numbers():
            result: dict[str, Any] = {"workers": workers}
            for what, ingest_only in (("ingest", True), ("training", False)):
                say(f"{workers} workers, {'the ingest path alone' if ingest_only else 'everything on'}")
                measured = Stage(settings, workers, ingest_only=ingest_only).measure()
                result[what] = figures(measured, layout.steps, raw)
                result[f"{what}_steps_per_s"] = result[what]["steps_per_s"]
            results.append(result)
            if settings.json:  # what there is: minutes have gone into it
                write(Path(settings.json), report)
    finally:
        if results:
            console = Console(highlight=False)
            show(results, console if console.is_terminal else Console(highlight=False, width=WIDTH))
    return 0


def say(line: str) -> None:
    """Say on standard error what comes now."""
    print(line, file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    return run_main(load_test, arguments)


if __name__ == "__main__":
    sys.exit(main())
